"""The page of a known issue: who said what, where it is, what helps."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone

from accounts.principal import Principal
from kb.access import visible_issues
from kb.behaviour.values import Standing
from kb.claims import ledger
from kb.claims.ledger import Flip, Said
from kb.models import (
    BehaviourValue,
    Claim,
    Confirmation,
    IssueKind,
    IssueSpans,
    IssueStatement,
    KnownIssue,
    Reference,
    Remediation,
)
from kb.queries.catalogue import catalogue_of
from kb.queries.history import told_events
from kb.queries.ledger import Stand, stand_of
from kb.upgrade.stored import from_json
from kb.upgrade.verdict import State, state
from kb.version_line import Mark, version_line

EVENTS_SHOWN = 100
THEIRS = ("vendor", "reseller")
LAYERS = {State.YES: "span", State.NO: "", State.UNKNOWN: "gap"}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A claim with the flip that it is, if it is one; `days` are those since the claim it turns round."""

    claim: Claim
    before: Claim | None
    days: int | None

    @property
    def side(self) -> str:
        """On which side of the ledger it stands."""
        return "they" if self.claim.party.kind in THEIRS else "we"


@dataclass(frozen=True, slots=True)
class TrainRow:
    """Where an issue is on a train: runs of releases by state."""

    train: str
    yes: str
    no: str
    unknown: str


@dataclass(frozen=True, slots=True)
class IssuePage:
    """What the page shows of knowledge. `values` are those of a behaviour, `trains` of what is judged by states."""

    issue: KnownIssue
    stand: Stand
    ledger: list[LedgerRow]
    statements: list[IssueStatement]
    values: list[BehaviourValue]
    trains: list[TrainRow]
    line: dict[str, Any] | None
    confirmations: list[Confirmation]
    remediations: list[Remediation]
    references: list[Reference]
    aliases: list[str]
    events: list[dict[str, Any]]
    replaced_by: KnownIssue | None

    @property
    def flips(self) -> int:
        """How often a party changed its answer."""
        return sum(row.before is not None for row in self.ledger)

    @property
    def overdue(self) -> int:
        """By how many days its review is overdue; 0 where it is not."""
        due = self.issue.review_on
        return max((timezone.localdate() - due).days, 0) if due else 0

    @property
    def fixed_in(self) -> list[str]:
        """The releases that are said to cure it."""
        return [way.version for way in self.remediations if way.category == "vendor_fix" and way.version]

    @property
    def ways_out(self) -> list[Remediation]:
        """What helps beside a release that cures it, and all that people recorded: they may remove it again."""
        return [way for way in self.remediations if way.category != "vendor_fix" or not way.version or not way.origin]

    @property
    def steps(self) -> list[str]:
        """How to check whether a unit has it, step by step."""
        return _texts(self.issue.verification, "steps")

    @property
    def expect(self) -> list[str]:
        """What a check shows."""
        return _texts(self.issue.verification, "expect")


def _texts(data: Any, name: str) -> list[str]:
    rows = data.get(name) if isinstance(data, dict) else None
    return [str(row) for row in rows] if isinstance(rows, list) else []


def issue_page(principal: Principal, issue: KnownIssue) -> IssuePage:
    """Return the page of an issue that the reader may see."""
    claims = list(issue.claims.select_related("party", "source").order_by("pk"))
    said = [Said(one.pk, one.party.slug, one.proposition, cast("Any", one.stance), one.said_at) for one in claims]
    values = list(_values(issue)) if issue.behaviour_id else []
    marks, states = _states(issue, values)
    replaced = visible_issues(principal).filter(pk=issue.replaced_by_id).first() if issue.replaced_by_id else None
    return IssuePage(
        issue=issue,
        stand=stand_of(said, issue.product.vendor.slug),
        ledger=_ledger(claims, said),
        statements=list(issue.statements.select_related("source", "recorded_by", "taken_back_by").order_by("pk")),
        values=values,
        trains=[] if values or issue.kind == IssueKind.NOTICE else _trains(marks, states),
        line=version_line(_worth_drawing(marks, states), states=states) if states else None,
        confirmations=list(
            issue.confirmations.select_related("department", "recorded_by", "accepted_by", "source").order_by("pk")
        ),
        remediations=list(issue.remediations.select_related("source").order_by("pk")),
        references=list(issue.references.order_by("pk")),
        aliases=list(issue.aliases.values_list("name", flat=True)),
        events=told_events(principal, issue, list(issue.events.select_related("by").order_by("-pk")[:EVENTS_SHOWN])),
        replaced_by=replaced,
    )


def _values(issue: KnownIssue) -> QuerySet[BehaviourValue]:
    rows = BehaviourValue.objects.filter(attribute=issue.behaviour_id)
    return rows.select_related("source", "party").order_by("pk")


def _ledger(claims: Sequence[Claim], said: Sequence[Said]) -> list[LedgerRow]:
    """Return the claims in the order in which they were made, each flip with what it turns round."""
    by_id = {claim.pk: claim for claim in claims}
    turns: dict[int, Flip] = {flip.after.order: flip for flip in ledger.flips(said)}
    rows = []
    for one in ledger.in_order(said):
        turn = turns.get(one.order)
        before = by_id[turn.before.order] if turn else None
        claim = by_id[one.order]
        rows.append(LedgerRow(claim, before, _days(before, claim)))
    return rows


def _days(before: Claim | None, after: Claim) -> int | None:
    """Return the days between two claims; None where one of them has no day."""
    if before is None or before.said_at is None or after.said_at is None:
        return None
    return (after.said_at - before.said_at).days


def _states(issue: KnownIssue, values: Sequence[BehaviourValue]) -> tuple[list[Mark], dict[str, str]]:
    """Return the releases of the catalogue with the layer of the line in which each of them stands."""
    catalogue = catalogue_of(issue.product)
    marks = [Mark(release.version, release.train) for release in catalogue.releases]
    points = {mark.version: point for mark, point in zip(marks, catalogue.points, strict=True)}
    if values:
        attribute = issue.behaviour_id or 0
        standing = catalogue_of(issue.product).standing.get(attribute, Standing())
        held = {version: standing.at(point.span) for version, point in points.items()}
        first = next((value for value in held.values() if value), None)
        return marks, {
            version: "gap" if value is None else "was" if value == first else "span change"
            for version, value in held.items()
        }
    spans = IssueSpans.objects.filter(issue=issue).first()
    if spans is None:
        return marks, {}
    known = from_json(spans.pieces).known
    return marks, {version: LAYERS[state(known, point)] for version, point in points.items()}


def _worth_drawing(marks: Sequence[Mark], states: dict[str, str]) -> list[Mark]:
    """Return the releases of the trains of which something is known, and of one train on either side."""
    trains = list(dict.fromkeys(mark.train for mark in marks))
    known = {trains.index(mark.train) for mark in marks if states[mark.version] != "gap"}
    if not known:
        return list(marks)
    drawn = set(trains[max(min(known) - 1, 0) : max(known) + 2])
    return [mark for mark in marks if mark.train in drawn]


def _trains(marks: Sequence[Mark], states: dict[str, str]) -> list[TrainRow]:
    """Return the states by train, releases in runs: 7.0.0 to 7.0.8. Trains of which nothing is known stand together."""
    if not states:
        return []
    rows: list[TrainRow] = []
    for train, of_train in groupby(marks, key=lambda mark: mark.train):
        runs: defaultdict[str, list[str]] = defaultdict(list)
        for layer, run in groupby(of_train, key=lambda mark: states[mark.version]):
            versions = [mark.version for mark in run]
            runs[layer].append(_run(versions[0], versions[-1]))
        row = TrainRow(train, *(", ".join(runs[layer]) for layer in ("span", "", "gap")))
        if rows and not (row.yes or row.no or rows[-1].yes or rows[-1].no):
            before = rows.pop()
            first = before.unknown.split(" – ")[0]
            row = TrainRow(_run(before.train.split(" – ")[0], train), "", "", _run(first, row.unknown.split(" – ")[-1]))
        rows.append(row)
    return rows


def _run(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"
