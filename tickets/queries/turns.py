"""Whose turn it is in a case, read from its timeline: the entries are read once, whatever their number."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from common.rows import fetch
from tickets.models import Case
from tickets.queries.terms import terms_of_case
from tickets.queries.told import entries_of
from tickets.turns.leg import Interval
from tickets.turns.promises import Promise
from tickets.turns.report import LegReport, Turns, turns_of
from tickets.turns.whose_turn import walk

_PARTIES = """
SELECT party.slug FROM tickets_caseparty AS named JOIN kb_party AS party ON party.id = named.party_id
WHERE named.case_id = %s ORDER BY named.position, named.id
"""


def told_state(case: Case, *, now: datetime) -> str:
    """Return the state that a case has by its timeline; `Case.state` is a copy of it, by which lists are filtered."""
    return walk(entries_of(case), now=now).state


def case_turns(case: Case, *, now: datetime | None = None) -> Turns:
    """Return whose turn it is in a case, who had it how long, and what was promised."""
    parties = [slug for (slug,) in fetch(_PARTIES, [case.pk])]
    return turns_of(entries_of(case), now=now or timezone.now(), terms=terms_of_case(case), parties=parties)


def turns_row(turns: Turns) -> dict[str, Any]:
    """Return turns and promises as the API tells them (contracts.md)."""
    return {
        "now": turns.now,
        "state": turns.state,
        "holders": turns.holders,
        "legs": [_leg_row(leg) for leg in turns.legs],
        "promises": [_promise_row(promise) for promise in turns.promises],
        "pauses": [{"state": one.state, "from": one.begin, "to": one.end} for one in turns.pauses],
        "unplaced": list(turns.unplaced),
    }


def _leg_row(leg: LegReport) -> dict[str, Any]:
    """Return a leg."""
    return {
        "party": leg.leg.party,
        "with": leg.leg.other,
        "holder": leg.holder,
        "since": leg.current.begin if leg.current else None,
        "due_at": leg.due.at if leg.due else None,
        "due_source": leg.due.source if leg.due else None,
        "overdue": leg.is_overdue,
        "follow_up_at": leg.follow_up_at,
        "intervals": [_interval_row(interval) for interval in leg.intervals],
        "days": leg.days,
        "business_hours": leg.business_hours,
    }


def _interval_row(interval: Interval) -> dict[str, Any]:
    """Return an interval; `to` null: it runs."""
    return {
        "holder": interval.holder,
        "from": interval.begin,
        "to": interval.end,
        "entry": interval.entry or None,
    }


def _promise_row(promise: Promise) -> dict[str, Any]:
    """Return a promise; `reminders` is how many were sent."""
    return {
        "entry": promise.entry,
        "party": promise.party,
        "to": promise.to,
        "made_at": promise.made_at,
        "due_at": promise.due.at,
        "due_source": promise.due.source,
        "state": promise.state,
        "settled_at": promise.settled_at,
        "settled_by": promise.settled_by,
        "overdue_days": promise.overdue_for.total_seconds() / 86_400,
        "reminders": promise.reminders,
        "reminded_at": promise.reminded_at,
    }
