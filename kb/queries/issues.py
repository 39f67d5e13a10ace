"""Reading known issues, for lists and alone."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.principal import Principal
from kb.access import may_see
from kb.claims import ledger
from kb.models import IssueStatement, KnownIssue, Product
from kb.queries.candidates import affected_at
from kb.queries.catalogue import catalogue_of
from kb.queries.ledger import Stand, stands_of
from kb.queries.points import points_of
from kb.services.claims import said_of

_NOWHERE = Stand()


def for_list(issues: QuerySet[KnownIssue]) -> QuerySet[KnownIssue]:
    """Return issues with what a row of a list shows."""
    return (
        issues.select_related("product__vendor", "department")
        .prefetch_related("aliases")
        .defer("summary", "symptoms", "cause", "severity_rule", "condition_note", "verification", "archived_reason")
    )


def affecting(issues: QuerySet[KnownIssue], product: Product, version: str) -> QuerySet[KnownIssue]:
    """Return the issues that are there at a version; Invalid with candidates where it is none."""
    (point,), _ = points_of(catalogue_of(product), [("affects", version)])
    return issues.filter(pk__in=affected_at(product, point))


def issue_rows(page: Sequence[KnownIssue]) -> list[dict[str, Any]]:
    """Return issues as a list tells them; one query for where the parties stand."""
    stands: dict[int, Stand] = {}
    for vendor in {issue.product.vendor.slug for issue in page}:
        stands |= stands_of([issue.pk for issue in page if issue.product.vendor.slug == vendor], vendor)
    return [issue_row(issue, stands.get(issue.pk, _NOWHERE)) for issue in page]


def issue_row(issue: KnownIssue, stand: Stand) -> dict[str, Any]:
    """Return an issue as a list tells it."""
    return {
        "id": issue.ref,
        "slug": issue.slug,
        "product": issue.product.slug,
        "kind": issue.kind,
        "title": issue.title,
        "severity": issue.severity,
        "confidence": issue.confidence,
        "audience": issue.audience,
        "department": issue.department.slug if issue.department else None,
        "aliases": [alias.name for alias in issue.aliases.all()],
        "detector": issue.detector or None,
        "vendor_position": stand.vendor_position,
        "disputed": bool(stand.disputed),
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
    }


def issue_detail(principal: Principal, issue: KnownIssue) -> dict[str, Any]:
    """Return an issue with everything that is known of it; what replaces it may be hidden from the reader."""
    said = said_of(issue)
    vendor = issue.product.vendor.slug
    stand = Stand(ledger.position(said, vendor), ledger.disputed(said))
    statements = IssueStatement.objects.select_related("source", "recorded_by", "taken_back_by")
    stored = (
        KnownIssue.objects.filter(pk=issue.pk)
        .select_related("product__vendor", "department", "behaviour", "replaced_by", "spans")
        .prefetch_related(
            "aliases",
            "remediations",
            "references",
            Prefetch("statements", statements),
            "claims__party",
            "claims__source",
            "confirmations__department",
        )
        .get()
    )
    flips, replaced = ledger.flips(said), stored.replaced_by
    return {
        **issue_row(stored, stand),
        **{name: getattr(stored, name) for name in ("summary", "symptoms", "cause", "severity_rule")},
        "behaviour": stored.behaviour.slug if stored.behaviour else None,
        "move": stored.move,
        "condition": stored.condition,
        "condition_confidence": _confidence(stored),
        "verification": stored.verification,
        "review_on": stored.review_on,
        "archived_reason": stored.archived_reason or None,
        "replaced_by": replaced.ref if replaced and may_see(principal, replaced) else None,
        "disputed_on": list(stand.disputed),
        "statements": [statement_row(row) for row in stored.statements.all()],
        "claims": [claim_row(row) for row in stored.claims.all()],
        "flips": [
            {
                "party": flip.after.party,
                "proposition": flip.after.proposition,
                "before": flip.before.stance,
                "after": flip.after.stance,
            }
            for flip in flips
        ],
        "confirmations": [confirmation_row(row) for row in stored.confirmations.all()],
        "remediations": [
            {
                "category": row.category,
                "details": row.details,
                "version": row.version or None,
                "confidence": "validated" if row.validated else "not_validated",
            }
            for row in stored.remediations.all()
        ],
        "references": [{"title": row.title, "url": row.url} for row in stored.references.all()],
    }


def _confidence(issue: KnownIssue) -> str | None:
    if issue.condition is None:
        return None
    return "validated" if issue.condition_validated_by_id else "not_validated"


def statement_row(row: IssueStatement) -> dict[str, Any]:
    """Return a statement as the API tells it."""
    return {
        "id": row.public_id,
        "says": row.says,
        "version": row.version or None,
        "ranges": row.ranges,
        "lists_all": row.lists_all,
        "source": row.source.public_id if row.source else None,
        "source_title": row.source.title if row.source else None,
        "note": row.note,
        "recorded_at": row.recorded_at,
        "taken_back_at": row.taken_back_at,
        "taken_back_reason": row.taken_back_reason or None,
    }


def claim_row(row: Any) -> dict[str, Any]:
    """Return a claim as the API tells it."""
    return {
        "id": row.public_id,
        "party": row.party.slug,
        "proposition": row.proposition,
        "stance": row.stance,
        "versions": row.versions,
        "said_at": row.said_at,
        "said_about": row.said_about or None,
        "text": row.text,
        "source": row.source.public_id if row.source else None,
        "recorded_at": row.recorded_at,
    }


def confirmation_row(row: Any) -> dict[str, Any]:
    """Return a confirmation as the API tells it."""
    return {
        "id": row.public_id,
        "department": row.department.slug,
        "sees_it": row.sees_it,
        "version": row.version,
        "text": row.text,
        "recorded_at": row.recorded_at,
        "accepted_at": row.accepted_at,
    }
