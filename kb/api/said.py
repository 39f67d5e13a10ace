"""What is said about an issue over the API: statements, claims, confirmations, validation, archiving."""

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
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from kb.access import get_issue, get_issue_to_write, visible_issues
from kb.api.issues import (
    ClaimSerializer,
    ConfirmationSerializer,
    IssueSerializer,
    NewStatementSerializer,
    RemediationSerializer,
    StatementSerializer,
    new_statement,
)
from kb.models import Claim, KnownIssue, Proposition, RemediationCategory, Stance
from kb.queries.issues import claim_row, confirmation_row, issue_detail, remediation_row, statement_row
from kb.queries.parties import parties_by_slug
from kb.queries.sources import source_by_id
from kb.services.claims import accept_confirmation, add_claim, add_confirmation, validate_condition, validate_issue
from kb.services.issues import archive_issue
from kb.services.statements import add_statement, take_back_statement
from kb.services.ways_out import add_way_out, remove_way_out


class _AboutAnIssue(APIView):
    """A door to one issue that only those who may change it can use."""

    def authorize(self, request: Request, name: str, **more: Any) -> None:
        """Refuse who may not change the issue."""
        get_issue_to_write(asker(request), name)

    def issue(self, request: Request, name: str) -> KnownIssue:
        """Return the issue."""
        return get_issue_to_write(asker(request), name)


class IssueStatements(_AboutAnIssue):
    """Statements about versions."""

    @extend_schema(request=NewStatementSerializer, responses={201: StatementSerializer})
    @idempotent
    def post(self, request: Request, name: str) -> Response:
        """Record a statement; at which versions the issue is there is derived anew."""
        issue = self.issue(request, name)
        statement = new_statement(issue.product, validated(NewStatementSerializer, request))
        row = add_statement(issue=issue, author=asker(request).user, statement=statement)
        return Response(statement_row(row), status=201)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = Text(max_length=10_000)


class IssueStatementTakeBack(_AboutAnIssue):
    """A statement that was wrong."""

    @extend_schema(request=ReasonSerializer, responses=StatementSerializer)
    @idempotent
    def post(self, request: Request, name: str, public_id: str) -> Response:
        """Take a statement back: it counts no longer, and stays with the reason."""
        statement = self.issue(request, name).statements.filter(public_id=public_id).first()
        if statement is None:
            raise NotVisible
        reason = validated(ReasonSerializer, request)["reason"]
        return Response(
            statement_row(take_back_statement(statement=statement, author=asker(request).user, reason=reason))
        )


class NewRemediationSerializer(serializers.Serializer[Any]):
    """A way out; `version` is the release that has it, where it is a vendor's fix."""

    category = serializers.ChoiceField(choices=RemediationCategory.choices)
    details = Text(max_length=20_000)
    version = Text(max_length=120, required=False, allow_blank=True, default="")
    source = serializers.UUIDField(required=False, allow_null=True, default=None)  # type: ignore[assignment]


class IssueRemediations(_AboutAnIssue):
    """Ways out."""

    @extend_schema(request=NewRemediationSerializer, responses={201: RemediationSerializer})
    @idempotent
    def post(self, request: Request, name: str) -> Response:
        """Record a way out."""
        issue = self.issue(request, name)
        values = validated(NewRemediationSerializer, request)
        source = source_by_id(issue.product, values.pop("source"))
        way = add_way_out(issue=issue, author=asker(request).user, source=source, **values)
        return Response(remediation_row(way), status=201)


class IssueRemediation(_AboutAnIssue):
    """One way out."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, pk: int) -> Response:
        """Remove a way out that people recorded; the history keeps what it said."""
        way = self.issue(request, name).remediations.filter(pk=pk).first()
        if way is None:
            raise NotVisible
        remove_way_out(way=way, author=asker(request).user)
        return Response(status=204)


class NewClaimSerializer(serializers.Serializer[Any]):
    """What a party said; `said_about` tells the day in words where it is only known roughly."""

    party = Text(max_length=140)
    proposition = serializers.ChoiceField(choices=Proposition.choices)
    stance = serializers.ChoiceField(choices=Stance.choices)
    versions = TextList(required=False, default=list)
    said_at = Day(required=False, allow_null=True, default=None)
    said_about = Text(max_length=200, required=False, allow_blank=True, default="")
    text = Text(max_length=20_000, required=False, allow_blank=True, default="")
    source = serializers.UUIDField(required=False, allow_null=True, default=None)  # type: ignore[assignment]


class IssueClaims(_AboutAnIssue):
    """The claim ledger of an issue."""

    @extend_schema(request=NewClaimSerializer, responses={201: ClaimSerializer})
    @idempotent
    def post(self, request: Request, name: str) -> Response:
        """Record what a party said."""
        issue = self.issue(request, name)
        values = validated(NewClaimSerializer, request)
        (party,) = parties_by_slug([values.pop("party")], field="party")
        source = source_by_id(issue.product, values.pop("source"))
        claim = add_claim(issue=issue, author=asker(request).user, party=party, source=source, **values)
        return Response(claim_row(claim), status=201)


class NewConfirmationSerializer(serializers.Serializer[Any]):
    """A department sees an issue on a version, or does not."""

    version = Text(max_length=120)
    sees_it = Flag(required=False, default=True)
    text = Text(max_length=20_000, required=False, allow_blank=True, default="")
    department = Text(max_length=140, required=False, allow_null=True, default=None)
    source = serializers.UUIDField(required=False, allow_null=True, default=None)  # type: ignore[assignment]


class IssueConfirmations(APIView):
    """What departments see. Whoever may read an issue may confirm or contradict it for a department of his."""

    def authorize(self, request: Request, name: str) -> None:
        """Refuse who may not see the issue, or may write nowhere."""
        get_issue(asker(request), name)
        asker(request).require_write_anywhere()

    @extend_schema(request=NewConfirmationSerializer, responses={201: ConfirmationSerializer})
    @idempotent
    def post(self, request: Request, name: str) -> Response:
        """Record that a department sees the issue too, or does not."""
        issue, principal = get_issue(asker(request), name), asker(request)
        values = validated(NewConfirmationSerializer, request)
        row = add_confirmation(
            issue=issue,
            author=principal.user,
            department=principal.department_to_write(values.pop("department")),
            source=source_by_id(issue.product, values.pop("source")),
            **values,
        )
        return Response(confirmation_row(row), status=201)


class IssueConfirmationAccept(_AboutAnIssue):
    """A confirmation that somebody else checked."""

    @extend_schema(request=None, responses=ConfirmationSerializer)
    @idempotent
    def post(self, request: Request, name: str, public_id: str) -> Response:
        """Accept a confirmation: its version then counts as affected."""
        confirmation = self.issue(request, name).confirmations.filter(public_id=public_id).first()
        if confirmation is None:
            raise NotVisible
        return Response(confirmation_row(accept_confirmation(confirmation=confirmation, author=asker(request).user)))


class ValidationSerializer(serializers.Serializer[Any]):
    """On what an issue is validated: the version it was seen on, and the evidence or reproduction."""

    version = Text(max_length=120, required=False, allow_blank=True, default="")
    basis = Text(max_length=20_000)
    what = serializers.ChoiceField(choices=["issue", "condition"], required=False, default="issue")


class IssueValidate(_AboutAnIssue):
    """Validation by somebody other than the author."""

    @extend_schema(request=ValidationSerializer, responses=IssueSerializer)
    @idempotent
    def post(self, request: Request, name: str) -> Response:
        """Validate an issue, or its condition."""
        issue, values = self.issue(request, name), validated(ValidationSerializer, request)
        author, basis = asker(request).user, values["basis"]
        if values["what"] == "condition":
            issue = validate_condition(issue=issue, author=author, basis=basis)
        else:
            issue = validate_issue(issue=issue, author=author, version=values["version"], basis=basis)
        return Response(issue_detail(asker(request), issue))


class ArchiveSerializer(serializers.Serializer[Any]):
    """Why an issue is archived, and what replaces it."""

    reason = Text(max_length=10_000)
    replaced_by = Text(max_length=140, required=False, allow_null=True, default=None)


class IssueArchive(_AboutAnIssue):
    """Archiving: withdrawn as wrong, or replaced by another issue."""

    @extend_schema(request=ArchiveSerializer, responses=IssueSerializer)
    @idempotent
    def post(self, request: Request, name: str) -> Response:
        """Archive an issue; it then has no verdict, and is named under `withdrawn`."""
        issue, values = self.issue(request, name), validated(ArchiveSerializer, request)
        other = get_issue(asker(request), values["replaced_by"]) if values["replaced_by"] else None
        archived = archive_issue(issue=issue, author=asker(request).user, reason=values["reason"], replaced_by=other)
        return Response(issue_detail(asker(request), archived))


class ClaimRowSerializer(ClaimSerializer):
    """A claim with its issue."""

    issue = serializers.CharField()


class ClaimView(APIView):
    """One claim."""

    @extend_schema(responses=ClaimRowSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        """Tell a claim about an issue that the reader may see."""
        claims = Claim.objects.filter(issue__in=visible_issues(asker(request)), public_id=public_id)
        row = claims.select_related("issue", "party", "source").first()
        if row is None:
            raise NotVisible
        return Response({"issue": row.issue.ref, **claim_row(row)})


class ClaimFilter(Filters):
    """Filters of the list."""

    issue = filters.CharFilter(field_name="issue__ref")
    product = filters.CharFilter(field_name="issue__product__slug")
    party = filters.CharFilter(field_name="party__slug")
    proposition = filters.ChoiceFilter(choices=Proposition.choices)
    stance = filters.ChoiceFilter(choices=Stance.choices)


class ClaimList(RowsListView):
    """Claims about issues that the reader may see."""

    serializer_class = ClaimRowSerializer
    filterset_class = ClaimFilter
    queryset = Claim.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-pk", "said_at", "recorded_at")
    search_fields = ("text",)

    def get_queryset(self) -> QuerySet[Claim]:
        """Return what the reader may see."""
        issues = visible_issues(asker(self.request))
        return Claim.objects.filter(issue__in=issues).select_related("issue", "party", "source")

    def rows(self, page: Sequence[Claim]) -> list[dict[str, Any]]:
        """Return the claims of a page."""
        return [{"issue": row.issue.ref, **claim_row(row)} for row in page]
