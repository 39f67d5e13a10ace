"""What happened: cases, timelines, evidence, findings."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Names the app."""

    name = "tickets"
