"""What we know: parties, products, devices and their firmware."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """Names the app."""

    name = "kb"
