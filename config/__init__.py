"""The project: settings, URLs, Celery, and the supervisor that runs it all on one machine."""
