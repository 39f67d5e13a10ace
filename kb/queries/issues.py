"""Reading known issues, for lists and alone."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.principal import Principal
from common.rows import fetch
from kb.access import may_see
from kb.claims import ledger
from kb.models import IssueStatement, KnownIssue, Product, Remediation
from kb.queries.belongings import Belongings, belongings_of
from kb.queries.candidates import is_affected_at
from kb.queries.catalogue import catalogue_of
from kb.queries.ledger import stand_of
from kb.queries.points import points_of
from kb.services.claims import said_of

_SHOWN = (
    *("pk", "ref", "slug", "kind", "title", "severity", "confidence", "audience", "detector"),
    *("created_at", "updated_at", "product_id", "department_id"),
)
_PRODUCTS = """
SELECT product.id, product.slug, vendor.slug FROM kb_product AS product
    JOIN kb_party AS vendor ON vendor.id = product.vendor_id
WHERE product.id = ANY(%s::bigint[])
"""
_DEPARTMENTS = "SELECT id, slug FROM accounts_department WHERE id = ANY(%s::bigint[])"


def for_list(issues: QuerySet[KnownIssue]) -> QuerySet[KnownIssue, Any]:
    """Turn a query of issues into one of plain rows with what a list shows."""
    rows: QuerySet[KnownIssue, Any] = issues.values(*_SHOWN)
    return rows


def affecting(issues: QuerySet[KnownIssue], product: Product, version: str) -> QuerySet[KnownIssue]:
    """Return the issues that are there at a version; Invalid with candidates where it is none."""
    (point,), _ = points_of(catalogue_of(product), [("affects", version)])
    return issues.filter(is_affected_at(product, point))


def issue_rows(page: Sequence[Any]) -> list[dict[str, Any]]:
    """Return issues as a list tells them, out of the rows of `for_list`; at most three small queries."""
    belongings = belongings_of([row["pk"] for row in page])
    products = {pk: slugs for pk, *slugs in _looked_up(_PRODUCTS, {row["product_id"] for row in page})}
    departments = dict(_looked_up(_DEPARTMENTS, {row["department_id"] for row in page} - {None}))
    return [_issue_row(row, belongings, products[row["product_id"]], departments) for row in page]


def _looked_up(sql: str, numbers: set[int]) -> list[tuple[Any, ...]]:
    return fetch(sql, [list(numbers)]) if numbers else []


def _issue_row(row: Any, belongings: Belongings, slugs: Sequence[str], departments: dict[int, str]) -> dict[str, Any]:
    product, vendor = slugs
    stand = stand_of(belongings.claims.get(row["pk"], ()), vendor)
    return {
        "id": row["ref"],
        "slug": row["slug"],
        "product": product,
        "kind": row["kind"],
        "title": row["title"],
        "severity": row["severity"],
        "confidence": row["confidence"],
        "audience": row["audience"],
        "department": departments.get(row["department_id"]),
        "aliases": belongings.aliases.get(row["pk"], []),
        "detector": row["detector"] or None,
        "vendor_position": stand.vendor_position,
        "disputed": bool(stand.disputed),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def issue_detail(principal: Principal, issue: KnownIssue) -> dict[str, Any]:
    """Return an issue with everything that is known of it; what replaces it may be hidden from the reader."""
    said = said_of(issue)
    statements = IssueStatement.objects.select_related("source", "recorded_by", "taken_back_by")
    stored = (
        KnownIssue.objects.filter(pk=issue.pk)
        .select_related("behaviour", "replaced_by")
        .prefetch_related(
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
        **issue_rows(list(for_list(KnownIssue.objects.filter(pk=issue.pk))))[0],
        **{name: getattr(stored, name) for name in ("summary", "symptoms", "cause", "severity_rule")},
        "behaviour": stored.behaviour.slug if stored.behaviour else None,
        "move": stored.move,
        "condition": stored.condition,
        "condition_confidence": _confidence(stored),
        "verification": stored.verification,
        "review_on": stored.review_on,
        "archived_reason": stored.archived_reason or None,
        "replaced_by": replaced.ref if replaced and may_see(principal, replaced) else None,
        "disputed_on": list(ledger.disputed(ledger.standing(said))),
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
        "remediations": [remediation_row(row) for row in stored.remediations.all()],
        "references": [{"title": row.title, "url": row.url} for row in stored.references.all()],
    }


def remediation_row(row: Remediation) -> dict[str, Any]:
    """Return a way out."""
    return {
        "id": row.pk,
        "category": row.category,
        "details": row.details,
        "version": row.version or None,
        "confidence": "validated" if row.validated else "not_validated",
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
