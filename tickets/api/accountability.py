"""How a party keeps others waiting, over the API, and what it says of that itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Day, Flag, Text
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import Invalid, NotVisible
from common.moments import parse_day
from tickets.access import visible_own_views
from tickets.api.turns import PROMISE_STATES, SOURCES
from tickets.models import OwnView
from tickets.queries.accountability import accountability_of, accountable_party, days_asked
from tickets.queries.accountability_rows import OUTCOMES, accountability_row, own_view_row
from tickets.services.own_views import NAME_ALLOWED, TEXT_ALLOWED, record_own_view

ASKED = ("from", "to")
UNITS = ("days", "business_hours")


class PeriodSerializer(serializers.Serializer[Any]):
    """The days that are looked at, both included, in a time zone."""

    to = serializers.DateField()
    zone = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `from` is a word of Python."""
        return {**super().get_fields(), "from": serializers.DateField()}


class ResponseTimesSerializer(serializers.Serializer[Any]):
    """Response times in the unit of the group. `enough` false: fewer than five cases, and no number is told.

    `median` or `p90` null all the same: too many are not answered; it is above `longest`. The median lies between
    `median_low` and `median_high` (null: no upper end) with 95 per cent.
    """

    turns = serializers.IntegerField()
    answered = serializers.IntegerField()
    cases = serializers.IntegerField()
    enough = serializers.BooleanField()
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    median_low = serializers.FloatField(allow_null=True)
    median_high = serializers.FloatField(allow_null=True)
    shortest = serializers.FloatField(allow_null=True)
    longest = serializers.FloatField(allow_null=True)


class GroupSerializer(serializers.Serializer[Any]):
    """The numbers of one contract; `contract` is its id, or `all`, `none`, `other-departments`, `us`."""

    contract = serializers.CharField()
    number = serializers.CharField(allow_null=True)
    unit = serializers.ChoiceField(choices=UNITS)
    response_times = ResponseTimesSerializer()
    outcomes = serializers.DictField(child=serializers.IntegerField())
    promises = serializers.DictField(child=serializers.IntegerField())


class HeldSerializer(serializers.Serializer[Any]):
    """How long the cases lay with somebody, within the period."""

    holder = serializers.CharField()
    days = serializers.FloatField()
    business_hours = serializers.FloatField()
    cases = serializers.IntegerField()


class SaidSerializer(serializers.Serializer[Any]):
    """A claim in short; `said_at` null: the day is not known."""

    claim = serializers.UUIDField()
    stance = serializers.CharField()
    said_at = serializers.DateField(allow_null=True)


class OverturnedSerializer(serializers.Serializer[Any]):
    """An answer on an issue that the party took back, or turned into its opposite."""

    issue = serializers.CharField()
    proposition = serializers.CharField()
    before = SaidSerializer()
    after = SaidSerializer()


class CountedTurnSerializer(serializers.Serializer[Any]):
    """A turn that the numbers are made of; `to` null: it has it still."""

    case = serializers.CharField()
    contract = serializers.CharField()
    holder = serializers.CharField()
    towards = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    to = serializers.DateTimeField(allow_null=True)
    began_in_period = serializers.BooleanField()
    days = serializers.FloatField()
    business_hours = serializers.FloatField()
    days_in_period = serializers.FloatField()
    business_hours_in_period = serializers.FloatField()
    entry = serializers.UUIDField()
    ended_by = serializers.UUIDField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `from` is a word of Python."""
        return {**super().get_fields(), "from": serializers.DateTimeField()}


class CountedPromiseSerializer(serializers.Serializer[Any]):
    """A promise that the numbers are made of."""

    case = serializers.CharField()
    contract = serializers.CharField()
    to = serializers.CharField()
    state = serializers.ChoiceField(choices=PROMISE_STATES)
    made_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    due_source = serializers.ChoiceField(choices=SOURCES)
    settled_at = serializers.DateTimeField(allow_null=True)
    overdue_days = serializers.FloatField()
    reminders = serializers.IntegerField()
    entry = serializers.UUIDField()
    settled_by = serializers.UUIDField(allow_null=True)


class AccountabilitySerializer(serializers.Serializer[Any]):
    """How a party keeps others waiting, in the cases that you may see; docs/accountability.md says what is counted."""

    party = serializers.CharField()
    period = PeriodSerializer()
    now = serializers.DateTimeField()
    counts_only = serializers.CharField()
    cases = serializers.IntegerField()
    left_out = serializers.BooleanField(help_text="Whether there are more cases than are read: the newest 20,000.")
    groups = GroupSerializer(many=True)
    ours = GroupSerializer()
    held = HeldSerializer(many=True)
    claims = serializers.IntegerField()
    overturned = OverturnedSerializer(many=True)
    turns = CountedTurnSerializer(many=True)
    promises = CountedPromiseSerializer(many=True)


class PartyAccountability(APIView):
    """How a party keeps others waiting, and others it."""

    @extend_schema(
        parameters=[
            OpenApiParameter("from", date, description="The first day; a year before the last where none is named."),
            OpenApiParameter("to", date, description="The last day; today where none is named."),
        ],
        responses=AccountabilitySerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        """Tell it for a period, of the cases that you may see, computed from their timelines as they are now."""
        days = days_asked(*(_day(request, name) for name in _known(request)))
        return Response(accountability_row(accountability_of(asker(request), accountable_party(slug), days)))


def _known(request: Request) -> tuple[str, ...]:
    """Return the names of the parameters; Invalid where there is another one."""
    if unknown := sorted(set(request.query_params) - set(ASKED)):
        raise Invalid(f"Unknown: {', '.join(unknown)}. Known: {', '.join(ASKED)}.")
    return ASKED


def _day(request: Request, name: str) -> date | None:
    """Return a day of the question; None where it is not named."""
    given = request.query_params.getlist(name)
    if not given:
        return None
    day = parse_day(given[0]) if len(given) == 1 else None
    if day is None:
        raise Invalid.field(name, "Write one day, like 2026-02-01.")
    return day


class NewOwnViewSerializer(serializers.Serializer[Any]):
    """What a party says itself: who of it, on which day (today where none is named), in which words."""

    text = Text(max_length=TEXT_ALLOWED)
    said_by = Text(max_length=NAME_ALLOWED)
    said_on = Day(required=False)
    department = Text(max_length=80, required=False, help_text="A slug; the first that you may write in.")
    shared = Flag(required=False)


class OwnViewSerializer(serializers.Serializer[Any]):
    """What a party says itself, as it was written down."""

    id = serializers.UUIDField()
    party = serializers.CharField()
    department = serializers.CharField()
    said_by = serializers.CharField()
    said_on = serializers.DateField()
    text = serializers.CharField()
    shared = serializers.BooleanField()
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class PartyOwnViews(RowsListView):
    """What a party says itself of the numbers that are told of it; nothing of it is ever changed."""

    serializer_class = OwnViewSerializer
    queryset = OwnView.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-said_on", "recorded_at")
    search_fields = ("text", "said_by")

    def get_queryset(self) -> QuerySet[OwnView]:
        """Return what the reader may see."""
        party = accountable_party(self.kwargs["slug"])
        return (
            visible_own_views(asker(self.request))
            .filter(party=party)
            .select_related("party", "department", "recorded_by")
        )

    def rows(self, page: Sequence[OwnView]) -> list[dict[str, Any]]:
        """Return the texts of a page."""
        return [own_view_row(view) for view in page]

    def authorize(self, request: Request, slug: str = "") -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    def recheck(self, request: Request, answer: dict[str, Any]) -> None:
        """Refuse to tell a text again that its author may no longer see."""
        if not visible_own_views(asker(request)).filter(public_id=answer["id"]).exists():
            raise NotVisible

    @extend_schema(request=NewOwnViewSerializer, responses={201: OwnViewSerializer})
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Write down what a party says; it stays as it was said."""
        values = validated(NewOwnViewSerializer, request)
        values["department"] = asker(request).department_to_write(values.pop("department", None))
        view = record_own_view(party=accountable_party(slug), author=asker(request).user, **values)
        return Response(own_view_row(view), status=201)
