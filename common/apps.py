"""What every other app may use."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Registers the system checks."""

    name = "common"

    def ready(self) -> None:
        """Import the checks, so that Django knows them."""
        from common import checks  # noqa: F401, PLC0415  (Django's own way to register checks)
