"""What happened: cases, timelines, evidence, findings."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Registers the job kinds."""

    name = "tickets"

    def ready(self) -> None:
        """Make the job kinds known."""
        from tickets import jobs  # noqa: PLC0415  (models are loaded only now)

        jobs.register_kinds()
