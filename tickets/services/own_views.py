"""Recording what a party says itself of the numbers that are told of it."""

from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import Department, User
from common.errors import Invalid
from common.moments import check_day
from kb.models import Party, PartyKind
from tickets.models import OwnView

TEXT_ALLOWED = 10_000
NAME_ALLOWED = 120


def record_own_view(
    *,
    party: Party,
    department: Department,
    author: User,
    text: str,
    said_by: str,
    said_on: date | None = None,
    shared: bool = False,
) -> OwnView:
    """Record a party's own view: who of it said it, on which day (today where none is given), in which words."""
    if party.kind == PartyKind.US:
        raise Invalid.field("party", "Our own view needs no record of its own: it is the timeline.")
    today = timezone.localdate()
    day = said_on or today
    check_day(day, field="said_on")
    if day > today:
        raise Invalid.field("said_on", "Nobody said it yet: the day lies ahead.")
    values: dict[str, Any] = {
        "text": _cleaned(text, "text", "Write what the party says.", TEXT_ALLOWED),
        "said_by": _cleaned(said_by, "said_by", "Name who of the party said it.", NAME_ALLOWED),
    }
    return OwnView.objects.create(
        party=party, department=department, said_on=day, shared=shared, recorded_by=author, **values
    )


def _cleaned(raw: str, field: str, missing: str, allowed: int) -> str:
    """Return a text that says something, and not more than there is room for."""
    text = raw.replace("\x00", "").strip()
    if not text:
        raise Invalid.field(field, missing)
    if len(text) > allowed:
        raise Invalid.field(field, f"At most {allowed} characters.")
    return text
