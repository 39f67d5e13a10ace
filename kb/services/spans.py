"""Deriving what is known of an issue, whenever something is said about it or about the releases of its product."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from kb.models import IssueKind, IssueSpans, IssueStatement, KnownIssue, Product
from kb.queries.versions import scheme_of
from kb.upgrade.derivation import derive
from kb.upgrade.place import place_of
from kb.upgrade.statement import Range, Says, Statement
from kb.upgrade.stored import to_json
from kb.versions.ranges import Multirange, difference, multirange, to_sql
from kb.versions.scheme import Scheme
from kb.versions.version import Span

BY_STATE = (IssueKind.DEFECT, IssueKind.LIMITATION, IssueKind.VULNERABILITY)


def prefix_of(product_id: int) -> str:
    """Return what stands before every key of a product, so that one index serves all of them."""
    return f"{product_id:010d}:"


def refresh_spans(issue: KnownIssue) -> None:
    """Derive the spans of an issue anew and store them; the caller holds the issue's row."""
    if issue.kind not in BY_STATE:
        IssueSpans.objects.filter(issue=issue).delete()
        return
    statements = list(engine_statements(issue))
    known = derive(statements)
    prefix = prefix_of(issue.product_id)
    IssueSpans.objects.update_or_create(
        issue=issue,
        defaults={
            "affected": to_sql(known.affected, prefix),
            "possible": to_sql(_possible(known.unaffected), prefix),
            "pieces": to_json(known, statements),
            "key_version": scheme_of(issue.product).key_version,
        },
    )


def _possible(unaffected: Multirange) -> Multirange:
    """Where an issue is not known to be absent. `~` is behind every key."""
    return difference((Span("", "~"),), unaffected)


def engine_statements(issue: KnownIssue) -> Iterable[Statement]:
    """Yield what counts: statements that were not taken back, and accepted confirmations (with negative numbers)."""
    scheme = scheme_of(issue.product)
    said = issue.statements.filter(taken_back_at=None).select_related("source")
    released: list[tuple[Any, Span]] | None = None
    for row in said:
        if row.says != Says.RANGES:
            yield Statement(row.pk, Says(row.says), place_of(scheme, row.version), text=row.version)
            continue
        if released is None:
            released = _released(issue.product) if any(one.lists_all for one in said) else []
        yield Statement(
            row.pk,
            Says.RANGES,
            ranges=tuple(Range(place_of(scheme, one["from"]), place_of(scheme, one["to"])) for one in row.ranges),
            rest=_rest(row, released),
            listed=tuple((range_text(one), _span(scheme, one)) for one in row.ranges),
        )
    for confirmation in issue.confirmations.filter(sees_it=True, accepted_at__isnull=False):
        place = place_of(scheme, confirmation.version)
        yield Statement(-confirmation.pk, Says.CONFIRMED, place, text=confirmation.version)


def range_text(one: dict[str, str]) -> str:
    """Return a listed range as people read it."""
    return one["from"] if one["from"] == one["to"] else f"{one['from']} to {one['to']}"


def _span(scheme: Scheme, one: dict[str, str]) -> Span:
    return Range(place_of(scheme, one["from"]), place_of(scheme, one["to"])).span


def _rest(row: IssueStatement, released: list[tuple[Any, Span]]) -> Multirange:
    """Return the releases that a source which lists all leaves out: those known to be older than the source."""
    if not row.lists_all or row.source is None or row.source.published is None:
        return ()
    return multirange(span for day, span in released if day < row.source.published)


def _released(product: Product) -> list[tuple[Any, Span]]:
    scheme = scheme_of(product)
    rows = product.releases.filter(released__isnull=False).values_list("released", "version")
    return [(day, scheme.span(scheme.parse(version))) for day, version in rows]


@transaction.atomic
def refresh_listing_issues(product: Product) -> None:
    """Derive anew what depends on the days of releases and sources: lists that say to leave nothing out."""
    listing = IssueStatement.objects.filter(issue__product=product, lists_all=True, taken_back_at=None)
    for issue in _locked(listing.values_list("issue_id", flat=True).distinct()):
        refresh_spans(issue)


@transaction.atomic
def refresh_all(product: Product) -> int:
    """Derive every issue of a product anew; return how many there are."""
    issues = list(_locked(product.issues.values_list("pk", flat=True)))
    for issue in issues:
        refresh_spans(issue)
    return len(issues)


def _locked(numbers: Iterable[int]) -> Iterable[KnownIssue]:
    """Yield issues under lock, always in the same order."""
    found = KnownIssue.objects.filter(pk__in=list(numbers)).select_related("product").order_by("pk")
    return found.select_for_update(of=("self",))
