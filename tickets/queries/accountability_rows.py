"""What a party is accountable for as the API and the CSV file tell it, and the party's own view."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from kb.models import Claim
from tickets.models import OwnView
from tickets.queries.accountability import (
    Accountability,
    CountedPromise,
    CountedTurn,
    Group,
    Overturned,
    Share,
    entry_names,
)
from tickets.turns.accountability import Outcome
from tickets.turns.response_times import ResponseTimes

OUTCOMES: tuple[Outcome, ...] = ("answered", "asked_back", "taken_back", "ended", "waiting")
PROMISE_STATES = ("kept", "late", "open", "broken", "lapsed")
CSV_COLUMNS = (
    "what", "case", "title", "contract", "holder", "towards", "state", "from", "to", "due_at", "days", "business_hours",
    "days_in_period", "business_hours_in_period", "reminders", "entry", "ended_by",
)  # fmt: skip


def accountability_row(found: Accountability) -> dict[str, Any]:
    """Return all of it, each number with the turns, promises and claims that it is made of."""
    entries = entry_names(_entries(found))
    return {
        "party": found.party.slug,
        "period": {"from": found.days.first, "to": found.days.last, "zone": str(timezone.get_current_timezone())},
        "now": found.now,
        "counts_only": "cases that you may see",
        "cases": found.cases,
        "left_out": found.left_out,
        "groups": [_group_row(one) for one in found.groups],
        "ours": _group_row(found.ours),
        "held": [_share_row(one) for one in found.shares],
        "claims": found.claims,
        "overturned": [_overturned_row(one) for one in found.overturned],
        "turns": [_turn_row(one, found, entries) for one in found.turns],
        "promises": [_promise_row(one, found, entries) for one in found.promises],
    }


def _entries(found: Accountability) -> list[str | None]:
    """Return the rows of all entries that are named."""
    turns = [entry for one in found.turns for entry in (one.turn.entry, one.turn.ended_by)]
    return turns + [entry for one in found.promises for entry in (one.promise.entry, one.promise.settled_by)]


def _group_row(group: Group) -> dict[str, Any]:
    """Return the numbers of a group; `outcomes` add up to its turns."""
    return {
        "contract": group.key,
        "number": group.contract.number if group.contract else None,
        "unit": group.unit,
        "response_times": _times_row(group.times),
        "outcomes": {one: group.outcomes[one] for one in OUTCOMES},
        "promises": {one: group.promises[one] for one in PROMISE_STATES},
    }


def _times_row(times: ResponseTimes) -> dict[str, Any]:
    """Return response times; with too few cases only how many there are."""
    return {
        "turns": times.turns,
        "answered": times.answered,
        "cases": times.cases,
        "enough": times.enough,
        "median": times.median,
        "p90": times.p90,
        "median_low": times.low,
        "median_high": times.high,
        "shortest": times.shortest,
        "longest": times.longest,
    }


def _share_row(share: Share) -> dict[str, Any]:
    """Return how long the cases lay with somebody."""
    return {"holder": share.holder, "days": share.days, "business_hours": share.hours, "cases": share.cases}


def _overturned_row(one: Overturned) -> dict[str, Any]:
    """Return an answer that was overturned."""
    return {
        "issue": one.before.issue.ref,
        "proposition": one.before.proposition,
        "before": _claim_row(one.before),
        "after": _claim_row(one.after),
    }


def _claim_row(claim: Claim) -> dict[str, Any]:
    """Return a claim in short."""
    return {"claim": claim.public_id, "stance": claim.stance, "said_at": claim.said_at}


def _turn_row(one: CountedTurn, found: Accountability, entries: dict[str, str]) -> dict[str, Any]:
    """Return a turn; `to` null: it has it still."""
    return {
        "case": found.names[one.case][0],
        "contract": one.contract,
        "holder": one.turn.holder,
        "towards": one.turn.other,
        "outcome": one.turn.outcome,
        "from": one.turn.begin,
        "to": one.turn.end,
        "began_in_period": one.began,
        "days": one.days,
        "business_hours": one.hours,
        "days_in_period": one.days_within,
        "business_hours_in_period": one.hours_within,
        "entry": entries[one.turn.entry],
        "ended_by": entries[one.turn.ended_by] if one.turn.ended_by else None,
    }


def _promise_row(one: CountedPromise, found: Accountability, entries: dict[str, str]) -> dict[str, Any]:
    """Return a promise."""
    promise = one.promise
    return {
        "case": found.names[one.case][0],
        "contract": one.contract,
        "to": promise.to,
        "state": promise.state,
        "made_at": promise.made_at,
        "due_at": promise.due.at,
        "due_source": promise.due.source,
        "settled_at": promise.settled_at,
        "overdue_days": promise.overdue_for.total_seconds() / 86_400,
        "reminders": promise.reminders,
        "entry": entries[promise.entry],
        "settled_by": entries[promise.settled_by] if promise.settled_by else None,
    }


def csv_rows(found: Accountability) -> Iterator[list[Any]]:
    """Yield the rows of the CSV file: turns, promises, answers that were overturned."""
    entries = entry_names(_entries(found))
    numbers = {group.key: group.contract.number if group.contract else group.key for group in found.groups}
    for turn in found.turns:
        row = _turn_row(turn, found, entries)
        yield [
            "turn", row["case"], found.names[turn.case][1], numbers[turn.contract], row["holder"], row["towards"],
            row["outcome"], _moment(row["from"]), _moment(row["to"]), "", _short(row["days"]),
            _short(row["business_hours"]), _short(row["days_in_period"]), _short(row["business_hours_in_period"]), "",
            row["entry"], row["ended_by"],
        ]  # fmt: skip
    for promise in found.promises:
        row = _promise_row(promise, found, entries)
        yield [
            "promise", row["case"], found.names[promise.case][1], numbers[promise.contract], found.party.slug,
            row["to"], row["state"], _moment(row["made_at"]), _moment(row["settled_at"]), _moment(row["due_at"]), "",
            "", "", "", row["reminders"], row["entry"], row["settled_by"],
        ]  # fmt: skip
    for one in found.overturned:
        yield [
            "overturned", one.before.issue.ref, one.before.issue.title, "", found.party.slug, "",
            f"{one.before.proposition}: {one.before.stance} > {one.after.stance}", one.before.said_at,
            one.after.said_at, "", "", "", "", "", "", one.before.public_id, one.after.public_id,
        ]  # fmt: skip


def _moment(at: Any) -> str:
    """Return a time as programs read it, on the reader's clock; empty for none."""
    return timezone.localtime(at).isoformat(timespec="minutes") if at else ""


def _short(value: float) -> str:
    """Return a number of days or hours to a hundredth."""
    return f"{value:.2f}"


def own_view_row(view: OwnView) -> dict[str, Any]:
    """Return what a party says itself; party, department and author have been selected."""
    return {
        "id": view.public_id,
        "party": view.party.slug,
        "department": view.department.slug,
        "said_by": view.said_by,
        "said_on": view.said_on,
        "text": view.text,
        "shared": view.shared,
        "recorded_by": view.recorded_by.shown_name,
        "recorded_at": view.recorded_at,
    }
