"""Fills the database of DATABASE_URL with tickets, prints a token: `python -m bench.peers.helpdesk_seed N`."""

import os
import sys
from typing import Any

import django


def fill(tickets: int) -> str:
    """Make a staff user, a queue and its tickets, ten follow-ups each; return the user's token."""
    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415  (settings come first)
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from helpdesk.models import FollowUp, Queue, Ticket  # type: ignore[import-not-found]  # noqa: PLC0415
    from rest_framework.authtoken.models import Token  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    people: Any = get_user_model().objects
    user = people.create_superuser("hanako", "hanako@example.jp", None)
    queue = Queue.objects.create(title="Mail Operations", slug="mail")
    now = timezone.now()
    Ticket.objects.bulk_create(
        (
            Ticket(queue=queue, title=f"Mail is delivered twice, no. {n}", created=now, modified=now, assigned_to=user)
            for n in range(tickets)
        ),
        batch_size=5000,
    )
    FollowUp.objects.bulk_create(
        (
            FollowUp(ticket_id=pk, date=now, title="Comment", comment="We see it on both units. " * 8, user=user)
            for pk in Ticket.objects.values_list("pk", flat=True)
            for _ in range(10)
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return str(Token.objects.create(user=user).key)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.helpdesk_site"
    print(fill(int(sys.argv[1])))
