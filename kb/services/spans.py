"""Deriving what is known of an issue, whenever something is said about it or about the releases of its product."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from kb.models import IssueKind, IssueSpans, IssueStatement, KnownIssue, Product
from kb.queries.versions import scheme_of
from kb.services.locks import lock_product
from kb.upgrade.derivation import Derivation, derive
from kb.upgrade.place import place_of
from kb.upgrade.rounding import round_to
from kb.upgrade.statement import Range, Says, Statement
from kb.upgrade.stored import to_json
from kb.versions.ranges import Multirange, difference, to_sql
from kb.versions.scheme import Scheme
from kb.versions.version import Span

BY_STATE = (IssueKind.DEFECT, IssueKind.LIMITATION, IssueKind.VULNERABILITY)


def prefix_of(product_id: int) -> str:
    """Return what stands before every key of a product, so that one index serves all of them."""
    return f"{product_id:010d}:"


def refresh_spans(issue: KnownIssue, numbers: Sequence[Span] | None = None) -> None:
    """Derive the spans of an issue anew and store them; the caller holds the issue's row.

    `numbers` are those of the catalogue, for a caller that has them.
    """
    if issue.kind not in BY_STATE:
        IssueSpans.objects.filter(issue=issue).delete()
        return
    statements = list(engine_statements(issue))
    known = round_to(derive(statements), catalogue_numbers(issue.product) if numbers is None else numbers)
    columns = span_columns(issue.product, known, statements)
    IssueSpans.objects.update_or_create(issue=issue, defaults=columns)


def span_columns(product: Product, known: Derivation, statements: Sequence[Statement]) -> dict[str, Any]:
    """Return what is stored of a derivation."""
    prefix = prefix_of(product.pk)
    return {
        "affected": to_sql(known.affected, prefix),
        "possible": to_sql(_possible(known.unaffected), prefix),
        "pieces": to_json(known, statements),
        "key_version": scheme_of(product).key_version,
    }


def catalogue_numbers(product: Product) -> list[Span]:
    """Return the numbers of a product's catalogue, each with all its builds, in order."""
    scheme = scheme_of(product)
    return [scheme.number_span(base) for base in sorted(set(product.releases.values_list("base", flat=True)))]


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
    older = (span for day, span in released if day and day < row.source.published)
    younger = (span for day, span in released if not day or day >= row.source.published)
    return difference(older, younger)  # builds that came later lie within the number that was out


def _released(product: Product) -> list[tuple[Any, Span]]:
    scheme = scheme_of(product)
    rows = product.releases.values_list("released", "version")
    return [(day, place_of(scheme, version).span) for day, version in rows]


@transaction.atomic
def refresh_for_day(product: Product, was: date | None, now: date | None) -> None:
    """Derive anew what another day of a release changes: lists that say to leave nothing out.

    A list clears what was out before its source's day (`_rest`); a day that is not known is like one that never comes.
    So it is another list only where the release was out before that day by one of the two days, and by the other not.
    """
    first, last = min(was or date.max, now or date.max), max(was or date.max, now or date.max)
    listing = IssueStatement.objects.filter(issue__product=product, lists_all=True, taken_back_at=None)
    crossed = listing.filter(source__published__gt=first, source__published__lte=last)
    _refresh(product, crossed.values_list("issue_id", flat=True).distinct())


@transaction.atomic
def refresh_for_release(product: Product, number: Span) -> None:
    """Derive anew what a new release of the catalogue changes: issues that seemed to be absent there, and lists."""
    prefix = prefix_of(product.pk)
    here = f'["{prefix}{number.lo}","{prefix}{number.hi}")'
    absent = product.issues.filter(kind__in=BY_STATE).exclude(spans__possible__meets=here)
    listing = product.issues.filter(statements__lists_all=True, statements__taken_back_at=None)
    _refresh(product, {*absent.values_list("pk", flat=True), *listing.values_list("pk", flat=True)})


@transaction.atomic
def refresh_all(product: Product) -> int:
    """Derive every issue of a product anew; return how many there are."""
    return _refresh(product, product.issues.values_list("pk", flat=True))


def _refresh(product: Product, issues: Iterable[int]) -> int:
    """Derive these issues anew. The product's row is held: nobody records an issue by an older catalogue meanwhile."""
    lock_product(product.pk)
    numbers, count = catalogue_numbers(product), 0
    for issue in _locked(issues):
        refresh_spans(issue, numbers)
        count += 1
    return count


def _locked(numbers: Iterable[int]) -> Iterable[KnownIssue]:
    """Yield issues under lock, always in the same order."""
    found = KnownIssue.objects.filter(pk__in=list(numbers)).select_related("product").order_by("pk")
    return found.select_for_update(of=("self",))
