"""How a party keeps others waiting, and others it: over a period, of the cases that the reader may see.

`docs/accountability.md` says what is counted. A constant number of queries, however many cases there are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple, cast

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.principal import Principal
from common.errors import Invalid, NotVisible
from kb.access import visible_issues
from kb.claims.ledger import Said, flips
from kb.models import US, Claim, Party
from tickets.access import sees_contract, visible_cases
from tickets.models import Case, CaseParty, CaseState, Contract, ContractClock, TimelineEntry
from tickets.queries.standing import Told, told_of_cases
from tickets.turns.accountability import HeldTurn, Period, account_of
from tickets.turns.due import AllTerms
from tickets.turns.entry import MOVING, NUDGING
from tickets.turns.promises import Promise
from tickets.turns.response_times import ResponseTimes, Time, response_times

CASES_READ = 20_000
ALL, NO_CONTRACT, HIDDEN = "all", "none", "other-departments"
A_DAY, AN_HOUR = 86_400.0, 3600.0
LOOKED_BACK = timedelta(days=365)
REMEDIES = frozenset({"is_fixed", "is_avoided_by"})
Unit = Literal["days", "business_hours"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are looked at, both included, on the reader's calendar."""

    first: date
    last: date

    @property
    def period(self) -> Period:
        """The time from the beginning of the first to the end of the last."""
        zone = timezone.get_current_timezone()
        ends = (self.first, self.last + timedelta(days=1))
        begin, end = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in ends)
        return Period(begin, end)


@dataclass(frozen=True, slots=True)
class CountedTurn:
    """A turn in a case. `days` and `hours` (of the holder's calendar) are all of it, `days_within` those in the period.

    `began` is whether it began in the period: then it counts among the response times.
    """

    case: int
    contract: str
    turn: HeldTurn
    days: float
    hours: float
    days_within: float
    hours_within: float
    began: bool


@dataclass(frozen=True, slots=True)
class CountedPromise:
    """A promise of the party in a case, made in the period."""

    case: int
    contract: str
    promise: Promise


@dataclass(frozen=True, slots=True)
class Overturned:
    """An answer that the party took back, or turned into its opposite: what it said first, and what it said then."""

    before: Claim
    after: Claim


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of one contract, or of all cases. `times` are in `unit`: as the contract says."""

    key: str
    contract: Contract | None
    unit: Unit
    times: ResponseTimes
    outcomes: Counter[str]
    promises: Counter[str]


@dataclass(frozen=True, slots=True)
class Share:
    """How long the cases lay with one of those who deal with the party, within the period."""

    holder: str
    days: float
    hours: float
    cases: int


@dataclass(frozen=True, slots=True)
class Accountability:
    """All that is told. `groups` begin with all cases; `ours` are our own turns towards the party.

    `cases` is how many cases name the party and were read, `left_out` whether there are more; `claims` is how many
    answers on issues the party gave in the period, `names` tell cases by their rows: number and title.
    """

    party: Party
    days: Days
    now: datetime
    cases: int
    left_out: bool
    groups: list[Group]
    ours: Group
    shares: list[Share]
    turns: list[CountedTurn]
    promises: list[CountedPromise]
    overturned: list[Overturned]
    claims: int
    names: dict[int, tuple[str, str]]


@dataclass(slots=True)
class _Found:
    """What is gathered while the cases are gone through."""

    contracts: dict[str, Contract | None] = field(default_factory=dict)
    turns: list[CountedTurn] = field(default_factory=list)
    promises: list[CountedPromise] = field(default_factory=list)


def days_asked(first: date | None, last: date | None) -> Days:
    """Return the days asked for: up to today, and a year before the last, where none are named."""
    last = last or timezone.localdate()
    first = first or last - LOOKED_BACK + timedelta(days=1)
    if last < first:
        raise Invalid.field("to", "The period ends before it begins.")
    return Days(first, last)


def accountable_party(slug: str) -> Party:
    """Return a party that others can wait for; NotVisible for our own side, which stands beside every other."""
    party = Party.objects.exclude(slug=US).filter(slug=slug).first()
    if party is None:
        raise NotVisible
    return party


def accountability_of(principal: Principal, party: Party, days: Days) -> Accountability:
    """Return how a party keeps others waiting, and others it, in the cases that the reader may see."""
    now = timezone.now()
    ids = _cases(principal, party)
    told = told_of_cases(ids[:CASES_READ], CaseState.values, MOVING | NUDGING)
    found = _Found()
    for one in told:
        contract = one.contract_with(party.slug)
        _count(found, one, _Named(party.slug, contract, _key(principal, contract)), days.period, now)
    overturned, claims = _overturned(principal, party, days)
    own = [one for one in found.turns if one.turn.holder == party.slug]
    groups = [_group(ALL, None, own, found.promises)]
    for key, contract in sorted(found.contracts.items(), key=lambda row: _rank(*row)):
        groups.append(
            _group(
                key,
                contract,
                [one for one in own if one.contract == key],
                [one for one in found.promises if one.contract == key],
            )
        )
    return Accountability(
        party=party,
        days=days,
        now=now,
        cases=len(told),
        left_out=len(ids) > CASES_READ,
        groups=groups,
        ours=_group(US, None, [one for one in found.turns if one.turn.holder == US], []),
        shares=_shares(found.turns, party.slug),
        turns=found.turns,
        promises=found.promises,
        overturned=overturned,
        claims=claims,
        names=_names({one.case for one in found.turns} | {one.case for one in found.promises}),
    )


def _cases(principal: Principal, party: Party) -> list[int]:
    """Return the cases that the reader may see and that name a party, newest first; one more than are read."""
    named = CaseParty.objects.filter(case=OuterRef("pk"), party=party)
    addressed = TimelineEntry.objects.filter(Q(from_party=party) | Q(to_party=party), case=OuterRef("pk"))
    found = visible_cases(principal).filter(Exists(named) | Exists(addressed)).order_by("-opened_at", "-pk")
    return list(found.values_list("pk", flat=True)[: CASES_READ + 1])


class _Named(NamedTuple):
    """A party, the contract by which it owes answers in a case, and the name of that contract's group."""

    party: str
    contract: Contract | None
    key: str


def _count(found: _Found, told: Told, named: _Named, period: Period, now: datetime) -> None:
    """Count what a case says."""
    terms, case, key = told.terms(), told.facts.id, named.key
    account = account_of(told.entries, named.party, now=now, terms=terms)
    turns = [one for turn in account.turns if (one := _counted(case, key, turn, terms, period)) is not None]
    promises = [CountedPromise(case, key, one) for one in account.promises if period.holds(one.made_at)]
    if turns or promises:
        found.contracts[key] = named.contract if key not in (NO_CONTRACT, HIDDEN) else None
    found.turns += turns
    found.promises += promises


def _key(principal: Principal, contract: Contract | None) -> str:
    """Return the name of the group to which a case belongs; a contract that the reader may not see has no name."""
    if contract is None:
        return NO_CONTRACT
    return str(contract.public_id) if sees_contract(principal, contract) else HIDDEN


def _counted(case: int, contract: str, turn: HeldTurn, terms: AllTerms, period: Period) -> CountedTurn | None:
    """Return a turn with its numbers; None for one that has nothing to do with the period."""
    within, began = turn.within(period), period.holds(turn.begin)
    if not within and not began:
        return None
    calendar = terms.of(turn.holder).calendar
    return CountedTurn(
        case=case,
        contract=contract,
        turn=turn,
        days=turn.seconds / A_DAY,
        hours=turn.business_seconds(terms) / AN_HOUR,
        days_within=sum((one.end - one.begin).total_seconds() for one in within) / A_DAY,
        hours_within=sum(calendar.seconds_between(one.begin, one.end) for one in within) / AN_HOUR,
        began=began,
    )


def _rank(key: str, contract: Contract | None) -> tuple[bool, str, str]:
    """Return the place of a group: contracts by number, then what has none."""
    return contract is None, contract.number if contract else "", key


def _group(
    key: str, contract: Contract | None, turns: Sequence[CountedTurn], promises: Sequence[CountedPromise]
) -> Group:
    """Return the numbers of some cases."""
    unit: Unit = "business_hours" if contract and contract.clock == ContractClock.BUSINESS else "days"
    began = [one for one in turns if one.began]
    return Group(
        key=key,
        contract=contract,
        unit=unit,
        times=response_times(Time(length_of(one, unit), one.turn.is_response, one.case) for one in began),
        outcomes=Counter(one.turn.outcome for one in began),
        promises=Counter(one.promise.state for one in promises),
    )


def length_of(counted: CountedTurn, unit: Unit) -> float:
    """Return how long a turn lasted, in a unit."""
    return counted.hours if unit == "business_hours" else counted.days


def _shares(turns: Iterable[CountedTurn], party: str) -> list[Share]:
    """Return how long the cases lay with each, the party first, then us, then others."""
    by_holder: dict[str, list[CountedTurn]] = {party: [], US: []}
    for one in turns:
        if one.days_within:
            by_holder.setdefault(one.turn.holder, []).append(one)
    return [
        Share(
            holder,
            sum(one.days_within for one in rows),
            sum(one.hours_within for one in rows),
            len({one.case for one in rows}),
        )
        for holder, rows in by_holder.items()
    ]


def _overturned(principal: Principal, party: Party, days: Days) -> tuple[list[Overturned], int]:
    """Return the answers that a party overturned in some days, and how many it gave in them.

    What has no day counts in every period: it may belong to it.
    """
    found = Claim.objects.filter(party=party, issue__in=visible_issues(principal)).select_related("issue", "party")
    by_issue: dict[int, list[Claim]] = {}
    for claim in found.order_by("pk"):
        by_issue.setdefault(claim.issue_id, []).append(claim)
    overturned, given = [], 0
    for claims in by_issue.values():
        given += sum(one.stance != "retracted" and _on(one, days) for one in claims)
        by_id = {one.pk: one for one in claims}
        said = [Said(one.pk, party.slug, one.proposition, cast("Any", one.stance), one.said_at) for one in claims]
        for flip in flips(said):
            after = by_id[flip.after.order]
            if _on(after, days) and not _is_a_cure(flip.before, flip.after):
                overturned.append(Overturned(by_id[flip.before.order], after))
    return overturned, given


def _on(claim: Claim, days: Days) -> bool:
    """Whether a claim may have been made in some days."""
    return claim.said_at is None or days.first <= claim.said_at <= days.last


def _is_a_cure(before: Said, after: Said) -> bool:
    """Whether a change of answer only tells of a cure that came later: that is none that was wrong."""
    return before.proposition in REMEDIES and (before.stance, after.stance) == ("no", "yes")


def _names(cases: set[int]) -> dict[int, tuple[str, str]]:
    """Return number and title of cases that the reader may see."""
    rows = Case.objects.filter(pk__in=sorted(cases)).values_list("pk", "ref", "title")
    return {pk: (ref, title) for pk, ref, title in rows}


def entry_names(rows: Iterable[str | None]) -> dict[str, str]:
    """Return the public ids of entries that are known by their rows; one query."""
    wanted = [int(one) for one in rows if one]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text, public_id::text FROM tickets_timelineentry WHERE id = ANY(%s)", [wanted])
        return dict(cursor.fetchall())
