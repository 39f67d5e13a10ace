"""The page of a product: its catalogue, and what is known of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from accounts.principal import Principal
from common.pages import Page, page_of
from kb.access import visible_issues
from kb.models import (
    BehaviourAttribute,
    BehaviourValue,
    Confidence,
    IssueSeverity,
    KnownIssue,
    Product,
    Release,
    Source,
)
from kb.queries.history import told_changes
from kb.version_line import Mark, version_line

SOURCES_SHOWN = 300
WORST_SHOWN = 8
EVENTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ProductPage:
    """What the page shows. `issues` counts by severity, the worst first."""

    line: dict[str, Any] | None
    versions: list[str]
    releases: Page[Release]
    stations: list[list[str]]
    sources: list[Source]
    behaviours: list[BehaviourAttribute]
    issues: list[tuple[str, int]]
    worst: list[KnownIssue]
    events: list[dict[str, Any]]

    @property
    def issues_in_all(self) -> int:
        """How many issues there are."""
        return sum(n for _, n in self.issues)


def product_page(principal: Principal, product: Product, *, page: str | None, way: tuple[str, ...] = ()) -> ProductPage:
    """Return the page of a product; `way` are versions to draw on its line, from and to."""
    marks = [Mark(*row) for row in product.releases.order_by("key").values_list("version", "train")]
    known = {mark.version for mark in marks}
    drawn = tuple(version for version in way if version in known)
    issues = visible_issues(principal).filter(product=product).exclude(confidence=Confidence.ARCHIVED)
    return ProductPage(
        line=version_line(marks, way=drawn if len(drawn) == len(way) else ()),
        versions=[mark.version for mark in reversed(marks)],
        releases=page_of(product.releases.select_related("source").order_by("-key"), page),
        stations=_stations(product),
        sources=list(product.sources.order_by("-retrieved", "title")[:SOURCES_SHOWN]),
        behaviours=list(_behaviours(product)),
        issues=_by_severity(issues),
        worst=list(issues.filter(severity__in=["critical", "high"]).order_by("severity", "-pk")[:WORST_SHOWN]),
        events=told_changes(product.events.select_related("by").order_by("-pk")[:EVENTS_SHOWN]),
    )


def _stations(product: Product) -> list[list[str]]:
    groups: dict[int, list[str]] = {}
    for position, version in product.stations.values_list("position", "version"):
        groups.setdefault(position, []).append(version)
    return [groups[position] for position in sorted(groups)]


def _behaviours(product: Product) -> QuerySet[BehaviourAttribute]:
    values = BehaviourValue.objects.select_related("source", "party").order_by("pk")
    return product.behaviours.prefetch_related(Prefetch("values", values))


def _by_severity(issues: QuerySet[KnownIssue]) -> list[tuple[str, int]]:
    found = dict(issues.order_by().values_list("severity").annotate(n=Count("pk")))
    return [(severity, found.get(severity, 0)) for severity in IssueSeverity.values]
