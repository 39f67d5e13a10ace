"""The Celery task of this app: beat has the heads of chains published. All else is done by jobs (tickets/jobs.py)."""

from celery import shared_task

from tickets.services.heads import publish_heads


@shared_task(name="tickets.tasks.publish")
def publish() -> int:
    """Publish the heads that wait, and return how many those were. Twice is the same as once."""
    return publish_heads()
