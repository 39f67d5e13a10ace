"""A party's accountability as its page shows it: lanes, tables, and the turns and promises behind a number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from accounts.principal import Principal
from common.pages import PAGE_SIZE, Page, page_number
from kb.models import US, Party
from kb.queries.parties import parties_by_slug
from tickets.access import visible_own_views
from tickets.models import OwnView
from tickets.queries.accountability import (
    ALL,
    Accountability,
    CountedPromise,
    CountedTurn,
    Group,
    Share,
    entry_names,
)
from tickets.queries.turns_page import Bar
from tickets.turns.response_times import ResponseTimes

TURNS, HELD, PROMISES = "turns", "held", "promises"
NARROWEST = 0.6  # per cent of the picture: less would not be seen


@dataclass(frozen=True, slots=True)
class Span:
    """The picture of response times, in per cent: what was seen, where the median may lie, median and p90.

    A mark that is None lies beyond what was seen.
    """

    seen: Bar
    median_lies: Bar
    median: Bar | None
    p90: Bar | None


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with its picture; None where nothing is told of it. `query` asks for the turns behind its numbers."""

    group: Group
    party: Party
    span: Span | None
    query: str


@dataclass(frozen=True, slots=True)
class ShownShare:
    """How long the cases lay with somebody, with a bar as long as that."""

    party: Party
    share: Share
    bar: Bar
    query: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A turn or a promise behind a number; `promise` None: a turn."""

    ref: str
    title: str
    holder: Party
    other: Party
    state: str
    begin: datetime
    end: datetime | None
    days: float
    hours: float
    promise: Any
    entry: str
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows are asked for: of what, of which contract (or `us`), in which state, with whom."""

    what: str = TURNS
    contract: str = ALL
    state: str = ""
    holder: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Asked":
        """Return what an address asks for; what is not known asks for all turns of the party."""
        what = values.get("what", TURNS)
        if what not in (TURNS, HELD, PROMISES):
            what = TURNS
        return cls(what, values.get("contract", ALL), values.get("state", ""), values.get("holder", ""))


@dataclass(frozen=True, slots=True)
class AccountabilityPage:
    """The parts of the page. `period` is the period as an address has it."""

    found: Accountability
    groups: list[ShownGroup]
    shares: list[ShownShare]
    rows: Page[Any]
    asked: Asked
    views: list[OwnView]
    period: str

    @property
    def drawn(self) -> list[ShownGroup]:
        """The groups that have a picture."""
        return [one for one in self.groups if one.span]


def accountability_page(principal: Principal, found: Accountability, values: Mapping[str, str]) -> AccountabilityPage:
    """Return a party's accountability ready to be shown; a constant number of queries."""
    period = urlencode({"from": found.days.first.isoformat(), "to": found.days.last.isoformat()})
    asked = Asked.of(values)
    slugs = {slug for one in found.turns for slug in (one.turn.holder, one.turn.other)}
    slugs |= {one.promise.to for one in found.promises} | {found.party.slug, US}
    parties = {party.slug: party for party in parties_by_slug(sorted(slugs), field="party")}
    groups = [*found.groups, found.ours]
    widest = {unit: max([one.times.longest or 0.0 for one in found.groups if one.unit == unit], default=0.0)
              for unit in ("days", "business_hours")}  # fmt: skip
    most = max([one.days for one in found.shares], default=0.0)
    views = visible_own_views(principal).filter(party=found.party).select_related("department", "recorded_by")
    return AccountabilityPage(
        found=found,
        groups=[_group(one, found, parties, widest[one.unit], period) for one in groups],
        shares=[
            ShownShare(
                parties[one.holder], one, Bar(0, _part(one.days, most)), f"{period}&what={HELD}&holder={one.holder}"
            )
            for one in found.shares
        ],
        rows=_rows(found, asked, parties, page_number(values.get("page"))),
        asked=asked,
        views=list(views),
        period=period,
    )


def _group(group: Group, found: Accountability, parties: Mapping[str, Party], widest: float, period: str) -> ShownGroup:
    """Return a group with its picture; our own turns have none: they may last for years and would dwarf the others."""
    ours = group is found.ours
    span = None if ours else _span(group.times, widest)
    return ShownGroup(group, parties[US] if ours else found.party, span, f"{period}&contract={group.key}")


def _part(value: float, whole: float) -> float:
    """Return a length in per cent of the picture."""
    return round(value / whole * 100, 2) if whole else 0.0


def _span(times: ResponseTimes, widest: float) -> Span | None:
    """Return the picture of response times; None where there are too few cases, or none took any time."""
    if not times.enough or times.shortest is None or times.longest is None or not widest:
        return None
    low = times.longest if times.low is None else times.low
    high = times.longest if times.high is None else times.high
    return Span(
        seen=_between(times.shortest, times.longest, widest),
        median_lies=_between(low, high, widest),
        median=None if times.median is None else _between(times.median, times.median, widest),
        p90=None if times.p90 is None else _between(times.p90, times.p90, widest),
    )


def _between(begin: float, end: float, widest: float) -> Bar:
    """Return a bar from one length to another; one that would not be seen is made wider."""
    width = max(_part(end - begin, widest), NARROWEST)
    return Bar(round(min(_part(begin, widest), 100 - width), 2), width)


def _rows(found: Accountability, asked: Asked, parties: Mapping[str, Party], number: int) -> Page[Any]:
    """Return a page of the turns or promises behind a number, the longest first."""
    chosen = _promises(found, asked) if asked.what == PROMISES else _turns(found, asked)
    number = min(number, max(-(-len(chosen) // PAGE_SIZE), 1))
    start = (number - 1) * PAGE_SIZE
    shown = chosen[start : start + PAGE_SIZE]
    entries = entry_names(entry for one in shown for entry in _entries(one))
    rows = [_row(one, found, asked, parties, entries) for one in shown]
    return Page(rows, number, len(chosen), True, PAGE_SIZE, start + PAGE_SIZE < len(chosen))


def _turns(found: Accountability, asked: Asked) -> Sequence[CountedTurn]:
    """Return the turns that are asked for."""
    if asked.what == HELD:
        held = [one for one in found.turns if one.days_within and asked.holder in ("", one.turn.holder)]
        return sorted(held, key=lambda one: -one.days_within)
    holder = US if asked.contract == US else found.party.slug
    own = [one for one in found.turns if one.began and one.turn.holder == holder]
    return sorted(
        (one for one in own if asked.contract in (ALL, US, one.contract) and asked.state in ("", one.turn.outcome)),
        key=lambda one: -one.days,
    )


def _promises(found: Accountability, asked: Asked) -> Sequence[CountedPromise]:
    """Return the promises that are asked for."""
    chosen: Iterable[CountedPromise] = found.promises
    return sorted(
        (one for one in chosen if asked.contract in (ALL, one.contract) and asked.state in ("", one.promise.state)),
        key=lambda one: one.promise.overdue_for,
        reverse=True,
    )


def _entries(one: CountedTurn | CountedPromise) -> tuple[str, str | None]:
    """Return the entry that gave a turn or a promise, and the one that ended it."""
    if isinstance(one, CountedTurn):
        return one.turn.entry, one.turn.ended_by
    return one.promise.entry, one.promise.settled_by


def _row(
    one: CountedTurn | CountedPromise,
    found: Accountability,
    asked: Asked,
    parties: Mapping[str, Party],
    entries: Mapping[str, str],
) -> ShownRow:
    """Return a turn or a promise as it is shown."""
    ref, title = found.names[one.case]
    entry, ended_by = _entries(one)
    names = (entries[entry], entries[ended_by] if ended_by else None)
    if isinstance(one, CountedPromise):
        promise, party = one.promise, parties[one.promise.party]
        return ShownRow(ref, title, party, parties[promise.to], promise.state, promise.made_at, promise.settled_at,
                        0.0, 0.0, promise, *names)  # fmt: skip
    within = asked.what == HELD
    return ShownRow(
        ref, title, parties[one.turn.holder], parties[one.turn.other], one.turn.outcome, one.turn.begin, one.turn.end,
        one.days_within if within else one.days, one.hours_within if within else one.hours, None, *names,
    )  # fmt: skip
