"""Whose turn it is in a case, over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from tickets.access import get_case
from tickets.models import CaseState
from tickets.queries.turns import case_turns, turns_row

SOURCES = ("entry", "contract", "default")
PROMISE_STATES = ("open", "kept", "late", "broken", "lapsed")


class IntervalSerializer(serializers.Serializer[Any]):
    """A time in which one party had the turn; `to` null: it has it still. `entry` is the one that gave it."""

    holder = serializers.CharField()
    to = serializers.DateTimeField(allow_null=True)
    entry = serializers.UUIDField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `from` is a word of Python."""
        return {**super().get_fields(), "from": serializers.DateTimeField()}


class PauseSerializer(serializers.Serializer[Any]):
    """A time in which no clock ran; `to` null: it is so still."""

    state = serializers.ChoiceField(choices=CaseState.choices)
    to = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `from` is a word of Python."""
        return {**super().get_fields(), "from": serializers.DateTimeField()}


class LegSerializer(serializers.Serializer[Any]):
    """Two parties that deal with each other: `party` with `us`, or with another outside party."""

    party = serializers.CharField()
    holder = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    due_source = serializers.ChoiceField(choices=SOURCES, allow_null=True)
    overdue = serializers.BooleanField()
    follow_up_at = serializers.DateTimeField(allow_null=True)
    intervals = IntervalSerializer(many=True)
    days = serializers.DictField(child=serializers.FloatField(), help_text="Calendar days with fractions, by slug.")
    business_hours = serializers.DictField(child=serializers.FloatField(), help_text="By each holder's own calendar.")

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `with` is a word of Python."""
        return {**super().get_fields(), "with": serializers.CharField()}


class PromiseSerializer(serializers.Serializer[Any]):
    """What a party promised, and what became of it; `reminders` is how many were sent."""

    entry = serializers.UUIDField()
    party = serializers.CharField()
    to = serializers.CharField()
    made_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    due_source = serializers.ChoiceField(choices=SOURCES)
    state = serializers.ChoiceField(choices=PROMISE_STATES)
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = serializers.UUIDField(allow_null=True)
    overdue_days = serializers.FloatField()
    reminders = serializers.IntegerField()
    reminded_at = serializers.DateTimeField(allow_null=True, help_text="The last time.")


class TurnsSerializer(serializers.Serializer[Any]):
    """Whose turn it is, who had it how long in each leg, and what was promised; docs/whose-turn.md has the rules."""

    now = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    holders = serializers.ListField(child=serializers.CharField())
    legs = LegSerializer(many=True)
    promises = PromiseSerializer(many=True)
    pauses = PauseSerializer(many=True)
    unplaced = serializers.ListField(
        child=serializers.UUIDField(), help_text="Entries that name too little to tell whose turn they move."
    )


class CaseTurns(APIView):
    """Whose turn it is in a case."""

    @extend_schema(responses=TurnsSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Tell whose turn it is, computed from the timeline as it is now."""
        return Response(turns_row(case_turns(get_case(asker(request), ref))))
