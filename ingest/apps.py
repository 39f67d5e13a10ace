"""What the logs say: evidence is read by workers, and what it proves goes into the case."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Registers the job kinds and the one signal it listens to."""

    name = "ingest"

    def ready(self) -> None:
        """Connect the receiver and make the job kinds known."""
        from ingest import compiling, jobs, receivers  # noqa: PLC0415, F401  (models are loaded only now)

        jobs.register_kinds()
        receivers.connect()
