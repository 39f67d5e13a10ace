"""The upgrade check: from the question to the report, in a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.principal import Principal
from common.errors import Invalid
from kb.conditions.facts import Facts
from kb.models import Confidence, IssueAudience, Product, Release, Source
from kb.queries.belongings import Belongings, belongings_of
from kb.queries.candidates import Row, find_candidates
from kb.queries.catalogue import Catalogue, catalogue_of
from kb.queries.ledger import Stand, stands_of
from kb.queries.points import points_of
from kb.queries.versions import compare_versions, scheme_of
from kb.queries.withdrawn import is_withdrawn, known_of
from kb.upgrade import check
from kb.upgrade.check import Ground, Item, Kind, Severity, Summary, judge_all, summarise
from kb.upgrade.coverage import Coverage, judge_coverage
from kb.upgrade.moves import Move
from kb.upgrade.path import PathAnswer, judge_path
from kb.upgrade.place import place_of
from kb.upgrade.question import Direction, Question
from kb.upgrade.verdict import Verdict
from kb.versions.version import Span

MOST_HOPS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the releases that its versions stand for."""

    catalogue: Catalogue
    question: Question
    releases: list[tuple[Release, ...]]

    @property
    def product(self) -> Product:
        """Return the product that is asked about."""
        return self.catalogue.product

    def released(self, place: int) -> date | None:
        """Return the day on which a version was out; of several builds the last."""
        days = [release.released for release in self.releases[place]]
        return max((day for day in days if day), default=None) if days and all(days) else None


@dataclass(frozen=True, slots=True)
class Report:
    """The answer. `items` are what the reader may see; `withdrawn` are archived issues that would be listed."""

    asked: Asked
    items: list[Item]
    rows: dict[int, Row]
    withdrawn: list[Row]
    summary: Summary
    hidden: bool
    path: PathAnswer
    coverage: Coverage
    sources: list[Source]
    belongings: Belongings
    stands: dict[int, Stand]


def ask(product: Product, start: str, target: str, hops: Sequence[str] = ()) -> Asked:
    """Return the question that was typed; Invalid with candidates where a version is none."""
    if len(hops) > MOST_HOPS:
        raise Invalid.field("hops", f"More than {MOST_HOPS} hops.")
    texts = [("from", start), *(("hops", hop) for hop in hops), ("to", target)]
    return ask_of(catalogue_of(product), texts)


def ask_of(catalogue: Catalogue, texts: Sequence[tuple[str, str]]) -> Asked:
    """Return the question of versions, each with the name of its field: from, hops, to."""
    points, releases = points_of(catalogue, texts)
    question = Question(points[0], points[-1], tuple(points[1:-1]))
    if (hop := question.misplaced_hop()) is not None:
        raise Invalid.field("hops", f"{hop.text} does not lie on the way: name hops in order, between from and to.")
    return Asked(catalogue, question, releases)


def upgrade_check(principal: Principal, asked: Asked, facts: Facts) -> Report:
    """Judge a move for a reader."""
    product, question = asked.product, asked.question
    rows = find_candidates(product, question)
    items, withdrawn, hidden = _judge(principal, asked, rows, facts)
    path = judge_path(asked.catalogue.path, question)
    coverage = _coverage(asked)
    summary = summarise(items, _ground(asked, path, coverage, hidden=hidden))
    by_id = {row.id: row for row in rows}
    named = [source for source in asked.catalogue.sources if source.pk in coverage.sources]
    belongings = belongings_of([item.issue.id for item in items], ways_out=True)
    return Report(
        asked=asked,
        items=_sorted(items, by_id),
        rows=by_id,
        withdrawn=withdrawn,
        summary=summary,
        hidden=hidden,
        path=path,
        coverage=coverage,
        sources=named,
        belongings=belongings,
        stands=stands_of(belongings.claims, product.vendor.slug),
    )


def _judge(principal: Principal, asked: Asked, rows: Sequence[Row], facts: Facts) -> tuple[list[Item], list[Row], bool]:
    """Return the items that the reader may see, withdrawn issues among the listed, and whether a hidden one counts."""
    product, standing = asked.product, asked.catalogue.standing
    issues = [_issue(product, row, standing.get(row.behaviour_id or 0)) for row in rows]
    by_id = {row.id: row for row in rows}
    items, withdrawn, hidden = [], [], False
    for item in judge_all(issues, asked.question, facts, partial(compare_versions, product)):
        row = by_id[item.issue.id]
        visible = row.audience == IssueAudience.EVERYONE or row.department_id in principal.roles
        if row.confidence == Confidence.ARCHIVED and is_withdrawn(row, by_id, standing):
            withdrawn += [row] if visible else []
        elif visible:
            items.append(item)
        else:
            hidden = hidden or item.forbids_clear
    return items, withdrawn, hidden


def _issue(product: Product, row: Row, standing: Any) -> check.Issue:
    return check.Issue(
        id=row.id,
        kind=Kind(row.kind),
        severity=Severity(row.severity),
        known=known_of(row),
        statements=row.stored.statements if row.stored else (),
        standing=standing,
        move=_move(product, row.move) if row.move is not None else None,
        condition=check.Condition(row.condition, row.condition_validated) if row.condition is not None else None,
    )


def _move(product: Product, data: dict[str, Any]) -> Move:
    direction = data.get("direction", "any")
    return Move(
        None if direction == "any" else Direction(direction),
        _move_span(product, data.get("from")),
        _move_span(product, data.get("to")),
    )


def _move_span(product: Product, data: dict[str, Any] | None) -> Span | None:
    """Return the keys of a notice's end: from a version, to a version with all its builds; open where none is named."""
    if not data:
        return None
    scheme = scheme_of(product)
    first, last = data.get("from"), data.get("to")
    return Span(place_of(scheme, first).span.lo if first else "", place_of(scheme, last).span.hi if last else "~")


def _coverage(asked: Asked) -> Coverage:
    points = [(point, asked.released(place)) for place, point in enumerate(asked.question.points)]
    return judge_coverage(asked.catalogue.reads, points, timezone.localdate(), settings.SOURCE_DAYS)


def is_clear(principal: Principal, asked: Asked, facts: Facts) -> bool:
    """Whether a move is clear, without looking at what it only leaves behind."""
    rows = find_candidates(asked.product, asked.question, leaving=False)
    items, _, hidden = _judge(principal, asked, rows, facts)
    path = judge_path(asked.catalogue.path, asked.question)
    return summarise(items, _ground(asked, path, _coverage(asked), hidden=hidden)).clear


def _ground(asked: Asked, path: PathAnswer, coverage: Coverage, *, hidden: bool) -> Ground:
    today = timezone.localdate()
    return Ground(
        catalogued=all(point.known for point in asked.question.points),
        supported=not any(is_past(release.end_of_support, today) for release in asked.releases[-1]),
        path=path.supported,
        coverage=coverage.complete,
        hidden=hidden,
    )


def is_past(day: date | None, today: date) -> bool:
    """Whether a day is known and over."""
    return day is not None and day < today


_ORDER = (
    *(Verdict.ENTERS, Verdict.REINTRODUCED, Verdict.CROSSED, Verdict.CHANGES, Verdict.APPLIES, Verdict.UNKNOWN),
    *(Verdict.STAYS, Verdict.LEAVES, Verdict.NOT_APPLICABLE),
)


def _sorted(items: Sequence[Item], rows: dict[int, Row]) -> list[Item]:
    """Return items with what needs a decision first, the worst of them on top."""
    return sorted(
        items,
        key=lambda item: (
            _ORDER.index(item.verdict),
            check.WORST_FIRST.index(item.issue.severity),
            rows[item.issue.id].ref,
        ),
    )
