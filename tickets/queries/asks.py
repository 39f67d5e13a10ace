"""Asks that nobody has answered, as far as the timeline tells."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tickets.models import EntryKind, Precision, TimelineEntry

ANSWERING = (EntryKind.ANSWER, EntryKind.CLAIM)  # who is asked and states something has answered, like it or not
ROUGHLY = timedelta(days=7)  # a time that is known to the day or the week may lie this much before the ask
NEVER = datetime.max.replace(tzinfo=UTC)


class _Said(NamedTuple):
    """What decides whether an ask was answered."""

    id: int
    case: int
    kind: str
    precision: str
    at: datetime
    sender: int | None
    receiver: int | None
    due_at: datetime | None


def unanswered(entries: QuerySet[TimelineEntry], most: int, *, asked: str = "") -> list[TimelineEntry]:
    """Return the first asks after which the party that was asked neither answered nor stated anything in the same case.

    What is due first comes first; `asked` keeps the asks of one party. `entries` are all of their cases, with what the
    rows that are told need. Two queries, and one pass: a subquery for each ask takes half a second where there are a
    thousand.
    """
    said = (
        entries.filter(kind__in=(EntryKind.ASK, *ANSWERING), replaced_by__isnull=True).select_related(None).order_by()
    )
    if asked:
        ask, answer = Q(kind=EntryKind.ASK, to_party__slug=asked), Q(kind__in=ANSWERING, from_party__slug=asked)
        said = said.filter(ask | answer)
    names = ("pk", "case", "kind", "precision", "happened_at", "from_party", "to_party", "due_at")
    asks: list[_Said] = []
    answers: dict[tuple[int, int | None], list[_Said]] = {}
    for row in said.values_list(*names):
        one = _Said(*row)
        if one.kind != EntryKind.ASK:
            answers.setdefault((one.case, one.sender), []).append(one)
        elif one.receiver:
            asks.append(one)
    for told in answers.values():
        told.sort(key=lambda one: one.at, reverse=True)
    waiting = [one for one in asks if not _is_answered(one, answers.get((one.case, one.receiver), ()))]
    chosen = sorted(waiting, key=lambda one: (one.due_at or NEVER, one.at, one.id))[:most]
    rows = entries.in_bulk([one.id for one in chosen]) if chosen else {}
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
