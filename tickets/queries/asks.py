"""Asks that nobody has answered, as far as the timeline tells."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from common.rows import fetch
from tickets.models import Case, EntryKind, Precision, TimelineEntry

ANSWERING = (EntryKind.ANSWER, EntryKind.CLAIM)  # who is asked and states something has answered, like it or not
ROUGHLY = timedelta(days=7)  # a time that is known to the day or the week may lie this much before the ask
NEVER = datetime.max.replace(tzinfo=UTC)
_SAID = """
SELECT entry.id, entry.kind, entry.precision, entry.happened_at, entry.from_party_id, entry.to_party_id, entry.due_at
FROM tickets_timelineentry AS entry
WHERE entry.case_id = %s AND entry.kind = ANY(%s)
    AND NOT EXISTS (SELECT 1 FROM tickets_timelineentry AS newer WHERE newer.replaces_id = entry.id)
"""


def standing(entries: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    """Keep the newest revision of each entry."""
    return entries.filter(replaced_by__isnull=True)


def unanswered(entries: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    """Keep the asks after which the party that was asked neither answered nor stated anything in the same case."""
    later = Q(happened_at__gte=OuterRef("happened_at")) | Q(
        ~Q(precision=Precision.MINUTE), pk__gt=OuterRef("pk"), happened_at__gte=OuterRef("happened_at") - ROUGHLY
    )
    answers = standing(TimelineEntry.objects.filter(later, kind__in=ANSWERING)).filter(
        Q(to_party=OuterRef("from_party")) | Q(to_party__isnull=True) | Q(kind=EntryKind.ANSWER),
        case=OuterRef("case"),
        from_party=OuterRef("to_party"),
    )
    asks = standing(entries).filter(kind=EntryKind.ASK, to_party__isnull=False)
    return asks.filter(~Exists(answers)).order_by(F("due_at").asc(nulls_last=True), "happened_at", "pk")


class _Said(NamedTuple):
    """What decides whether an ask was answered."""

    id: int
    kind: str
    precision: str
    at: datetime
    sender: int | None
    receiver: int | None
    due_at: datetime | None


def unanswered_in(case: Case, most: int) -> list[TimelineEntry]:
    """Return the first unanswered asks of a case, as `unanswered` does: that one asks anew for each ask of hundreds."""
    said = [_Said(*row) for row in fetch(_SAID, [case.pk, [EntryKind.ASK, *ANSWERING]])]
    answers: dict[int | None, list[_Said]] = {}
    for one in said:
        if one.kind != EntryKind.ASK:
            answers.setdefault(one.sender, []).append(one)
    for told in answers.values():
        told.sort(key=lambda one: one.at, reverse=True)
    asks = [
        one
        for one in said
        if one.kind == EntryKind.ASK and one.receiver and not _is_answered(one, answers.get(one.receiver, ()))
    ]
    chosen = sorted(asks, key=lambda one: (one.due_at or NEVER, one.at, one.id))[:most]
    rows = TimelineEntry.objects.select_related("from_party", "to_party").in_bulk([one.id for one in chosen])
    return [rows[one.id] for one in chosen]


def _is_answered(ask: _Said, answers: Iterable[_Said]) -> bool:
    """Whether one of the answers of the party that was asked, the newest first, is one to an ask."""
    for one in answers:
        if one.at < ask.at - ROUGHLY:
            return False
        later = one.at >= ask.at or (one.precision != Precision.MINUTE and one.id > ask.id)
        if later and (one.kind == EntryKind.ANSWER or one.receiver is None or one.receiver == ask.sender):
            return True
    return False
