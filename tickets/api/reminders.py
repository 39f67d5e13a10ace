"""Reminders over the API: of whom they are, that somebody took care."""

import uuid
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
from common.api.fields import Flag
from common.api.filters import Filters, TrueOrFalse
from common.api.views import RowsListView, validated
from common.errors import Invalid, NotVisible
from tickets.access import require_write
from tickets.models import Reminder, ReminderKind, ReminderLevel
from tickets.queries.reminders import for_rows, reminder_row, visible_reminders
from tickets.services.reminders import note_reminder


class ReminderSerializer(serializers.Serializer[Any]):
    """That somebody of us was reminded; `over_at` null: it held when the cases were looked at last."""

    id = serializers.UUIDField()
    case = serializers.CharField()
    kind = serializers.ChoiceField(choices=ReminderKind.choices)
    level = serializers.ChoiceField(choices=ReminderLevel.choices)
    entry = serializers.UUIDField(allow_null=True, help_text="The first revision of what it is about.")
    task = serializers.UUIDField(allow_null=True)
    party = serializers.CharField(allow_null=True, help_text="Who owes it.")
    due_on = serializers.DateField()
    made_at = serializers.DateTimeField()
    over_at = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)
    seen_by = serializers.CharField(allow_null=True)


class SeenSerializer(serializers.Serializer[Any]):
    """That you take care of it."""

    seen = Flag()


class ReminderFilter(Filters):
    """Filters of the list."""

    case = filters.CharFilter(field_name="case__ref")
    kind = filters.ChoiceFilter(choices=ReminderKind.choices)
    level = filters.ChoiceFilter(choices=ReminderLevel.choices)
    over = TrueOrFalse(field_name="over_at", lookup_expr="isnull", exclude=True)
    seen = TrueOrFalse(field_name="seen_at", lookup_expr="isnull", exclude=True)


class ReminderList(RowsListView):
    """The reminders of the cases that your departments own."""

    serializer_class = ReminderSerializer
    filterset_class = ReminderFilter
    queryset = Reminder.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-made_at", "due_on")

    def get_queryset(self) -> QuerySet[Reminder]:
        """Return what the reader may see."""
        return for_rows(visible_reminders(asker(self.request)))

    def rows(self, page: Sequence[Reminder]) -> list[dict[str, Any]]:
        """Return the reminders of a page."""
        return [reminder_row(reminder) for reminder in page]


class ReminderView(APIView):
    """One reminder."""

    @extend_schema(responses=ReminderSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell a reminder."""
        return Response(reminder_row(_reminder(request, public_id)))

    @extend_schema(request=SeenSerializer, responses=ReminderSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Note that you take care of it; it waits for nobody then."""
        reminder = _reminder(request, public_id)
        require_write(asker(request), reminder.case)
        if not validated(SeenSerializer, request)["seen"]:
            raise Invalid.field("seen", "What was noted stays noted: only true.")
        return Response(reminder_row(note_reminder(reminder=reminder, reader=asker(request).user)))


def _reminder(request: Request, public_id: uuid.UUID) -> Reminder:
    """Return a reminder that the reader may see, or raise NotVisible."""
    reminder = for_rows(visible_reminders(asker(request))).filter(public_id=public_id).first()
    if reminder is None:
        raise NotVisible
    return reminder
