"""The list of known issues on screen: filters and order."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case as Choose
from django.db.models import F, IntegerField, Q, QuerySet, Value, When

from common.errors import Invalid
from kb.models import Confidence, IssueKind, IssueSeverity, KnownIssue, Product
from kb.queries.issues import affecting

SEARCH_ALLOWED = 200
SEVERITY_RANK = Choose(
    *(When(severity=severity, then=Value(rank)) for rank, severity in enumerate(reversed(IssueSeverity.values))),
    output_field=IntegerField(),
)
COLUMNS: dict[str, Any] = {
    "ref": F("pk"),
    "title": F("title"),
    "kind": F("kind"),
    "severity": SEVERITY_RANK,
    "confidence": F("confidence"),
    "updated": F("updated_at"),
}
DEFAULT_ORDER = "-severity"


def _one_of(values: Any, name: str, known: list[str]) -> str:
    word = values.get(name, "")
    return word if word in known else ""


def _text(values: Any, name: str, longest: int) -> str:
    """Return a text of the address; PostgreSQL knows no NUL."""
    return str(values.get(name, "")).replace("\x00", "").strip()[:longest]


@dataclass(frozen=True, slots=True)
class IssueFilters:
    """What the address asks for; an unknown word asks for nothing. `affects` is a version of `product`."""

    product: str
    kind: str
    severity: str
    confidence: str
    affects: str
    search: str

    @classmethod
    def of(cls, values: Any) -> "IssueFilters":
        """Read the filters of an address."""
        return cls(
            product=_text(values, "product", 140),
            kind=_one_of(values, "kind", IssueKind.values),
            severity=_one_of(values, "severity", IssueSeverity.values),
            confidence=_one_of(values, "confidence", Confidence.values),
            affects=_text(values, "affects", 120),
            search=_text(values, "search", SEARCH_ALLOWED),
        )

    @property
    def narrow(self) -> bool:
        """Whether anything is asked for."""
        return any((self.product, self.kind, self.severity, self.confidence, self.affects, self.search))


def filtered(issues: QuerySet[KnownIssue], filters: IssueFilters) -> QuerySet[KnownIssue]:
    """Keep the issues that the filters ask for; Invalid where `affects` is no version of the product."""
    if filters.product:
        issues = issues.filter(product__slug=filters.product)
    if filters.kind:
        issues = issues.filter(kind=filters.kind)
    if filters.severity:
        issues = issues.filter(severity=filters.severity)
    if filters.confidence:
        issues = issues.filter(confidence=filters.confidence)
    if filters.search:
        named = KnownIssue.objects.filter(aliases__name__icontains=filters.search).values("pk")
        looked_in = ("title", "slug", "symptoms", "summary", "cause", "product__name")
        words = [Q((f"{name}__icontains", filters.search)) for name in looked_in]
        issues = issues.filter(reduce(or_, words, Q(ref__iexact=filters.search) | Q(pk__in=named)))
    if filters.affects:
        issues = affecting(issues, _product(filters), filters.affects)
    return issues


def issues_that_say(issues: QuerySet[KnownIssue], words: str, most: int) -> list[KnownIssue]:
    """Return the newest of some issues that name words, in their texts, names or product."""
    if not words.strip():
        return []
    return list(
        filtered(issues, IssueFilters.of({"search": words})).order_by("-pk").only("slug", "ref", "title")[:most]
    )


def _product(filters: IssueFilters) -> Product:
    product = Product.objects.filter(slug=filters.product).first()
    if product is None:
        raise Invalid.field("affects", "Name the product whose version it is.", code="required")
    return product
