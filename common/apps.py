"""What every other app may use."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Registers the system checks, and what connections get."""

    name = "common"

    def ready(self) -> None:
        """Import what registers itself, so that Django knows it."""
        from common import checks, database  # noqa: F401, PLC0415  (Django's own way to register)
