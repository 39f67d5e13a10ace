"""Cases over the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Department, User
from accounts.permissions import asker
from common.api.filters import Filters, MomentFilter, TrueOrFalse
from common.api.idempotency import idempotent
from common.api.revisions import IF_MATCH, seen_in, told_by
from common.api.views import RowsListView, validated
from common.errors import Invalid
from kb.queries.devices import devices_by_name
from kb.queries.parties import parties_by_slug
from kb.queries.products import product_by_slug
from tickets.access import get_case, get_case_to_share, get_case_to_write, visible_cases
from tickets.api.by_turn import CASE_FILTERS
from tickets.api.serializers import (
    CaseChangesSerializer,
    CaseListSerializer,
    CaseSerializer,
    NewCaseSerializer,
    PartyTicketSerializer,
    ShareSerializer,
)
from tickets.models import Case, CaseKind, CaseState, Severity
from tickets.queries.by_turn import ORDERINGS
from tickets.queries.cases import case_detail, case_row, for_list, new_case_detail
from tickets.queries.standing import standing_of_cases, standing_row
from tickets.services.cases import (
    add_party_ticket,
    change_case,
    open_case,
    revision_of,
    share_case,
    unshare_case,
)
from tickets.turns.standing import Standing


class CaseFilter(Filters):
    """Filters of the list."""

    kind = filters.ChoiceFilter(choices=CaseKind.choices)
    state = filters.ChoiceFilter(choices=CaseState.choices)
    severity = filters.ChoiceFilter(choices=Severity.choices)
    product = filters.CharFilter(field_name="product__slug")
    department = filters.CharFilter(field_name="department__slug")
    party = filters.CharFilter(field_name="case_parties__party__slug")
    opened_after = MomentFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = MomentFilter(field_name="opened_at", lookup_expr="lt")
    holder = filters.CharFilter(method="later", label="A party's slug, `us` for us: it has the turn now.")
    overdue = TrueOrFalse(method="later", label="A holder is past due, or a promise; with `holder`: that party is.")
    turns = TrueOrFalse(method="later", label="Tell whose turn it is; told anyway where filtered or ordered by it.")

    def later(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Leave the rows: whose turn it is, is asked of those that all else has left (`TurnOrdering`)."""
        return queryset


class CaseList(RowsListView):
    """The cases that the reader may see."""

    serializer_class = CaseListSerializer
    filterset_class = CaseFilter
    filter_backends = CASE_FILTERS
    queryset = Case.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-updated_at", "opened_at", "ref", "title", "state", *ORDERINGS)
    search_fields = ("ref", "title")
    standing: Mapping[int, Standing] | None = None

    def get_queryset(self) -> QuerySet[Case]:
        """Return what the reader may see."""
        return for_list(visible_cases(asker(self.request)))

    def rows(self, page: Sequence[Any]) -> list[dict[str, Any]]:
        """Return the cases of a page."""
        if self.standing is None:
            return [case_row(case) for case in page]
        known = self.standing or standing_of_cases(case["pk"] for case in page)
        return [case_row(case) | standing_row(known.get(case["pk"], Standing())) for case in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    def recheck(self, request: Request, answer: dict[str, Any]) -> None:
        """Refuse to tell a case again that its opener may no longer see."""
        get_case(asker(request), answer["ref"])

    @extend_schema(request=NewCaseSerializer, responses={201: CaseSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Open a case."""
        values = validated(NewCaseSerializer, request)
        principal = asker(request)
        department = principal.department_to_write(values.pop("department", None))
        values["product"] = product_by_slug(values.get("product"))
        values["parties"] = parties_by_slug(values.get("parties", []), field="parties")
        names = values.get("devices")  # most cases name none, and nothing need be asked
        values["devices"] = (
            devices_by_name(principal, names, department_id=department.pk, field="devices") if names else []
        )
        case = open_case(department=department, author=principal.user, **values)
        return Response(new_case_detail(case, values["parties"], values["devices"]), status=201)


class CaseView(APIView):
    """One case."""

    @extend_schema(responses=CaseSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Tell a case; its `ETag` is for `If-Match` of a change."""
        return _told(get_case(asker(request), ref))

    @extend_schema(
        request=CaseChangesSerializer(partial=True),
        responses=CaseSerializer,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, ref: str) -> Response:
        """Change fields of a case; its timeline tells who changed what. 412 where it is not as `If-Match` says."""
        case = get_case_to_write(asker(request), ref)
        changes = validated(CaseChangesSerializer, request, partial=True)
        if "product" in changes:
            changes["product"] = product_by_slug(changes["product"])
        if "assignee" in changes:
            changes["assignee"] = _member(case, changes["assignee"])
        change_case(case=case, author=asker(request).user, changes=changes, seen=seen_in(request))
        return _told(get_case(asker(request), ref))


def _told(case: Case) -> Response:
    """Return a case with what tells this state of its fields from another."""
    return Response(case_detail(case), headers=told_by(revision_of(case)))


def _member(case: Case, email: str | None) -> User | None:
    """Return a member of the owning department by e-mail; Invalid for anybody else."""
    if email is None:
        return None
    member = User.objects.filter(email__iexact=email, memberships__department=case.department_id).first()
    if member is None:
        raise Invalid.field("assignee", "No member of the department that owns the case.", code="unknown")
    return member


class CasePartyTickets(APIView):
    """The numbers that parties gave a case."""

    def authorize(self, request: Request, ref: str) -> None:
        """Refuse who may not change the case."""
        get_case_to_write(asker(request), ref)

    @extend_schema(request=PartyTicketSerializer, responses={201: PartyTicketSerializer})
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Note the number that a party gave the case."""
        values = validated(PartyTicketSerializer, request)
        case = get_case_to_write(asker(request), ref)
        (party,) = parties_by_slug([values["party"]], field="party")
        ticket = add_party_ticket(case=case, author=asker(request).user, party=party, number=values["number"])
        return Response({"party": party.slug, "number": ticket.number}, status=201)


class CaseShares(APIView):
    """The departments that a case is shared with."""

    def authorize(self, request: Request, ref: str) -> None:
        """Refuse who may not share the case, before a name of a department is looked up."""
        get_case_to_share(asker(request), ref)

    @extend_schema(request=ShareSerializer, responses={201: ShareSerializer})
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Let another department see the case; managers of the owning one may."""
        case = get_case_to_share(asker(request), ref)
        department = _department(validated(ShareSerializer, request)["department"])
        share_case(principal=asker(request), case=case, department=department)
        return Response({"department": department.slug}, status=201)


class CaseShareView(APIView):
    """One department that a case is shared with."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, ref: str, slug: str) -> Response:
        """Take the case back from the department."""
        case = get_case_to_share(asker(request), ref)
        unshare_case(principal=asker(request), case=case, department=_department(slug))
        return Response(status=204)


def _department(slug: str) -> Department:
    """Return a department by its slug; Invalid where there is none."""
    department = Department.objects.filter(slug=slug).first()
    if department is None:
        raise Invalid.field("department", f"No department {slug!r}.", code="unknown")
    return department
