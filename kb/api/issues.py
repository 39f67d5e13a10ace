"""Known issues over the API: list, one, new, changes."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Day, Flag, Text, TextList
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.revisions import IF_MATCH, seen_in, told_by
from common.api.views import RowsListView, validated
from common.errors import Invalid
from common.revisions import revision_of
from kb.access import get_issue, get_issue_to_write, visible_issues
from kb.api.catalogue import product_named
from kb.models import (
    Confidence,
    IssueAudience,
    IssueKind,
    IssueSeverity,
    KnownIssue,
    Product,
    RemediationCategory,
    StatementSays,
)
from kb.models.behaviour import BehaviourAttribute
from kb.queries.issues import affecting, for_list, issue_detail, issue_rows
from kb.queries.products import product_by_slug
from kb.queries.sources import source_by_id
from kb.services.issues import change_issue, create_issue
from kb.services.statements import NewStatement

STANDS = ("confirms_defect", "by_design", "denies", "fixed", "unknown")


class IssueRowSerializer(serializers.Serializer[Any]):
    """An issue as a list tells it."""

    id = serializers.CharField()
    slug = serializers.CharField()
    product = serializers.CharField()
    kind = serializers.ChoiceField(choices=IssueKind.choices)
    title = serializers.CharField()
    severity = serializers.ChoiceField(choices=IssueSeverity.choices)
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    audience = serializers.ChoiceField(choices=IssueAudience.choices)
    department = serializers.CharField(allow_null=True)
    aliases = serializers.ListField(child=serializers.CharField())
    detector = serializers.CharField(allow_null=True)
    vendor_position = serializers.ChoiceField(choices=STANDS)
    disputed = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class StatementSerializer(serializers.Serializer[Any]):
    """What is said about an issue and versions."""

    id = serializers.UUIDField()
    says = serializers.ChoiceField(choices=StatementSays.choices)
    version = serializers.CharField(allow_null=True)
    ranges = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    lists_all = serializers.BooleanField()
    source = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    source_title = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    taken_back_at = serializers.DateTimeField(allow_null=True)
    taken_back_reason = serializers.CharField(allow_null=True)


class ClaimSerializer(serializers.Serializer[Any]):
    """What a party said."""

    id = serializers.UUIDField()
    party = serializers.CharField()
    proposition = serializers.CharField()
    stance = serializers.CharField()
    versions = serializers.ListField(child=serializers.CharField())
    said_at = serializers.DateField(allow_null=True)
    said_about = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    source = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    recorded_at = serializers.DateTimeField()


class ConfirmationSerializer(serializers.Serializer[Any]):
    """A department sees an issue too, or does not."""

    id = serializers.UUIDField()
    department = serializers.CharField()
    sees_it = serializers.BooleanField()
    version = serializers.CharField()
    text = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)


class RemediationSerializer(serializers.Serializer[Any]):
    """A way out."""

    id = serializers.IntegerField()
    category = serializers.ChoiceField(choices=RemediationCategory.choices)
    details = serializers.CharField()
    version = serializers.CharField(allow_null=True)
    confidence = serializers.CharField()


class FlipSerializer(serializers.Serializer[Any]):
    """A party that changed its stance."""

    party = serializers.CharField()
    proposition = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ReferenceSerializer(serializers.Serializer[Any]):
    """Where to read more."""

    title = serializers.CharField()
    url = serializers.CharField()


class IssueSerializer(IssueRowSerializer):
    """An issue with everything that is known of it."""

    summary = serializers.CharField()
    symptoms = serializers.CharField()
    cause = serializers.CharField()
    severity_rule = serializers.CharField()
    behaviour = serializers.CharField(allow_null=True)
    move = serializers.JSONField(allow_null=True)
    condition = serializers.JSONField(allow_null=True)
    condition_confidence = serializers.CharField(allow_null=True)
    verification = serializers.JSONField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    archived_reason = serializers.CharField(allow_null=True)
    replaced_by = serializers.CharField(allow_null=True)
    disputed_on = serializers.ListField(child=serializers.CharField())
    statements = StatementSerializer(many=True)
    claims = ClaimSerializer(many=True)
    flips = FlipSerializer(many=True)
    confirmations = ConfirmationSerializer(many=True)
    remediations = RemediationSerializer(many=True)
    references = ReferenceSerializer(many=True)


class NewStatementSerializer(serializers.Serializer[Any]):
    """A statement: `version`, or for `ranges` a list of `{"from", "to"}`, both included."""

    says = serializers.ChoiceField(choices=StatementSays.choices)
    version = Text(max_length=120, required=False, allow_blank=True, default="")
    ranges = serializers.ListField(child=serializers.DictField(child=Text()), required=False, default=list)
    lists_all = Flag(required=False, default=False)
    source = serializers.UUIDField(required=False, allow_null=True, default=None)  # type: ignore[assignment]
    note = Text(max_length=10_000, required=False, allow_blank=True, default="")


class NewIssueSerializer(serializers.Serializer[Any]):
    """What a new issue needs. `condition` is a predicate over facts, `move` the moves that a notice is for."""

    product = Text(max_length=140)
    kind = serializers.ChoiceField(choices=IssueKind.choices)
    title = Text(max_length=300)
    slug = Text(max_length=120, required=False, allow_blank=True, default="")
    severity = serializers.ChoiceField(choices=IssueSeverity.choices, required=False, default=IssueSeverity.UNKNOWN)
    summary = Text(max_length=20_000, required=False, allow_blank=True, default="")
    symptoms = Text(max_length=20_000, required=False, allow_blank=True, default="")
    cause = Text(max_length=20_000, required=False, allow_blank=True, default="")
    aliases = TextList(child=Text(max_length=80), required=False, default=list)
    condition = serializers.JSONField(required=False, allow_null=True, default=None)
    move = serializers.JSONField(required=False, allow_null=True, default=None)
    behaviour = Text(max_length=80, required=False, allow_null=True, default=None)
    detector = Text(max_length=40, required=False, allow_blank=True, default="")
    audience = serializers.ChoiceField(choices=IssueAudience.choices, required=False, default=IssueAudience.EVERYONE)
    department = Text(max_length=140, required=False, allow_null=True, default=None)
    statements = NewStatementSerializer(many=True, required=False, default=list)


class IssueChangesSerializer(serializers.Serializer[Any]):
    """What of an issue may be changed; what is said about it is added, not changed.

    `aliases` are all of its other names. A `kind` that is judged by statements can become another such kind.
    """

    title = Text(max_length=300, required=False)
    kind = serializers.ChoiceField(choices=IssueKind.choices, required=False)
    aliases = TextList(child=Text(max_length=80), required=False)
    severity = serializers.ChoiceField(choices=IssueSeverity.choices, required=False)
    summary = Text(max_length=20_000, required=False, allow_blank=True)
    symptoms = Text(max_length=20_000, required=False, allow_blank=True)
    cause = Text(max_length=20_000, required=False, allow_blank=True)
    condition = serializers.JSONField(required=False, allow_null=True)
    move = serializers.JSONField(required=False, allow_null=True)
    detector = Text(max_length=40, required=False, allow_blank=True)
    audience = serializers.ChoiceField(choices=IssueAudience.choices, required=False)
    review_on = Day(required=False, allow_null=True)


class IssueFilter(Filters):
    """Filters of the list; `affects` is a version of `product`."""

    product = filters.CharFilter(method="by_product")
    kind = filters.ChoiceFilter(choices=IssueKind.choices)
    severity = filters.ChoiceFilter(choices=IssueSeverity.choices)
    confidence = filters.ChoiceFilter(choices=Confidence.choices)
    alias = filters.CharFilter(field_name="aliases__name", lookup_expr="iexact", distinct=True)
    affects = filters.CharFilter(method="by_version")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._products: dict[str | None, Product | None] = {}

    def by_product(self, queryset: QuerySet[KnownIssue], name: str, value: str) -> QuerySet[KnownIssue]:
        """Keep the issues of a product; an unknown one is refused, since no issue would read as none known."""
        return queryset.filter(product=self._product(value))

    def _product(self, slug: str | None) -> Product | None:
        """The product of that name; both filters ask for it."""
        if slug not in self._products:
            self._products[slug] = product_by_slug(slug)
        return self._products[slug]

    def by_version(self, queryset: QuerySet[KnownIssue], name: str, value: str) -> QuerySet[KnownIssue]:
        """Keep the issues that are there at a version of the product that `product` names."""
        product = self._product((self.data or {}).get("product"))
        if product is None:
            raise Invalid.field("product", "Name the product whose version it is.", code="required")
        return affecting(queryset, product, value)


class IssueList(RowsListView):
    """Known issues that the reader may see."""

    serializer_class = IssueRowSerializer
    filterset_class = IssueFilter
    queryset = KnownIssue.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-pk", "ref", "title", "updated_at")
    search_fields = ("ref", "title", "slug", "symptoms", "summary", "cause", "product__name")

    def get_queryset(self) -> QuerySet[KnownIssue]:
        """Return what the reader may see."""
        return for_list(visible_issues(asker(self.request)))

    def rows(self, page: Sequence[KnownIssue]) -> list[dict[str, Any]]:
        """Return the issues of a page."""
        return issue_rows(page)

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    def recheck(self, request: Request, answer: dict[str, Any]) -> None:
        """Refuse to tell an issue again that its author may no longer see."""
        get_issue(asker(request), answer["id"])

    @extend_schema(request=NewIssueSerializer, responses={201: IssueSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a known issue with what is said about it."""
        values = validated(NewIssueSerializer, request)
        principal = asker(request)
        product = product_named(values.pop("product"))
        issue = create_issue(
            product=product,
            author=principal.user,
            department=principal.department_to_write(values.pop("department")),
            behaviour=_behaviour(product, values.pop("behaviour")),
            statements=[
                new_statement(product, one, f"statements.{n}.source") for n, one in enumerate(values.pop("statements"))
            ],
            **values,
        )
        return Response(issue_detail(asker(request), issue), status=201)


def new_statement(product: Product, values: dict[str, Any], field: str = "source") -> NewStatement:
    """Return a statement to record from its checked body."""
    source = source_by_id(product, values["source"], field=field)
    return NewStatement(**{**values, "ranges": [dict(one) for one in values["ranges"]], "source": source})


def _behaviour(product: Product, slug: str | None) -> BehaviourAttribute | None:
    if slug is None:
        return None
    found = BehaviourAttribute.objects.filter(product=product, slug=slug).first()
    if found is None:
        raise Invalid.field("behaviour", f"{product.name} has no behaviour {slug!r}.", code="unknown")
    return found


class IssueView(APIView):
    """One issue, by its number or slug."""

    @extend_schema(responses=IssueSerializer)
    def get(self, request: Request, name: str) -> Response:
        """Tell an issue; its `ETag` is for `If-Match` of a change."""
        return _told(request, get_issue(asker(request), name))

    @extend_schema(
        request=IssueChangesSerializer(partial=True),
        responses=IssueSerializer,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, name: str) -> Response:
        """Change fields of an issue; its history tells who changed what. 412 where it is not as `If-Match` says."""
        issue = get_issue_to_write(asker(request), name)
        changes = validated(IssueChangesSerializer, request, partial=True)
        aliases = changes.pop("aliases", None)
        changed = change_issue(
            issue=issue,
            author=asker(request).user,
            changes=changes,
            aliases=aliases,
            seen=seen_in(request),
        )
        return _told(request, changed)


def _told(request: Request, issue: KnownIssue) -> Response:
    return Response(issue_detail(asker(request), issue), headers=told_by(revision_of(issue)))
