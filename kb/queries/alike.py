"""Known issues that are like what somebody asks, by what they say, what recognises them, and the version."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Upper

from common.lookups import Alike, Like, Likeness
from kb.models import Confidence, Detector, KnownIssue, Product
from kb.queries.belongings import belongings_of
from kb.queries.candidates import is_affected_at, may_be_at
from kb.queries.issue_list import SEVERITY_RANK
from kb.queries.ledger import stand_of
from kb.upgrade.question import Point

TEXTS = ("title", "symptoms", "summary", "cause")  # each with an index over its trigrams


class AlikeIssue(NamedTuple):
    """An issue as it is offered. `affected`: True, False where the spans do not tell, None where it is not there."""

    id: int
    ref: str
    slug: str
    title: str
    kind: str
    severity: str
    confidence: str
    product_id: int
    product: str
    vendor_position: str
    disputed: bool
    affected: bool | None


def issues_saying(issues: QuerySet[KnownIssue], patterns: Sequence[str], most: int) -> list[tuple[int, str]]:
    """Return the newest issues in whose texts a pattern stands (`common.lookups.Like`), with their texts as one."""
    said = reduce(or_, (Q(Like(Upper(name), Value(pattern))) for name in TEXTS for pattern in patterns))
    rows: Any = issues.filter(said).order_by("-pk").values_list("pk", *TEXTS)[:most]
    return [(pk, "\n".join(texts)) for pk, *texts in rows]


def issues_titled(issues: QuerySet[KnownIssue], title: str, most: int) -> list[tuple[int, float]]:
    """Return the issues of the likest titles, with how alike they are."""
    rows: Any = issues.filter(Alike(Upper("title"), Value(title))).annotate(
        likeness=Likeness(Upper("title"), Upper(Value(title)))
    )
    return list(rows.order_by("-likeness", "-pk").values_list("pk", "likeness")[:most])


def issues_of_rule(issues: QuerySet[KnownIssue], rule: str, product: Product | None, most: int) -> list[int]:
    """Return the issues that a rule or a detector of that name recognises; of the product, where one is named."""
    own = Detector.objects.filter(name=rule).values("issue")
    named = issues.filter(Q(detector=rule) | Q(pk__in=own)).exclude(confidence=Confidence.ARCHIVED)
    if product is not None:
        named = named.filter(product=product)
    return list(named.order_by("-pk").values_list("pk", flat=True)[:most])


def issues_at(issues: QuerySet[KnownIssue], product: Product, point: Point | None, most: int) -> list[int]:
    """Return the issues of a product that are there at a version or may be; those that are first, then the worst.

    Without a version, all of the product. What was withdrawn is not among them.
    """
    found: Any = issues.filter(product=product).exclude(confidence=Confidence.ARCHIVED)
    if point is None:
        return list(found.alias(rank=SEVERITY_RANK).order_by("-rank", "-pk").values_list("pk", flat=True)[:most])
    found = found.annotate(affected=is_affected_at(product, point))
    if point.known:
        found = found.filter(Q(affected=True) | Q(may_be_at(product, point)))
    ordered = found.alias(rank=SEVERITY_RANK).order_by("-affected", "-rank", "-pk")
    return list(ordered.values_list("pk", flat=True)[:most])


def alike_issues(ids: Sequence[int], product: Product | None, point: Point | None) -> dict[int, AlikeIssue]:
    """Return issues as they are offered, by their ids; two queries. The caller knows that the reader may see them."""
    rows: Any = KnownIssue.objects.filter(pk__in=ids).annotate(
        name=F("product__name"), vendor=F("product__vendor__slug")
    )
    if product is not None and point is not None:
        rows = rows.annotate(here=is_affected_at(product, point), perhaps=may_be_at(product, point))
    said = belongings_of(list(ids)).claims
    found = {}
    for row in rows:
        stand = stand_of(said.get(row.pk, ()), row.vendor)
        found[row.pk] = AlikeIssue(
            row.pk, row.ref, row.slug, row.title, row.kind, row.severity, row.confidence, row.product_id, row.name,
            stand.vendor_position, bool(stand.disputed), _affected(row, product, point),
        )  # fmt: skip
    return found


def _affected(row: Any, product: Product | None, point: Point | None) -> bool | None:
    """Return whether an issue is there: at a version outside the catalogue nothing is known to be absent."""
    if product is None or point is None or row.product_id != product.pk:
        return None
    return True if row.here else False if row.perhaps or not point.known else None
