"""The timeline of a case over the API."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.filters import Filters, TrueOrFalse
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from kb.queries.parties import party_by_slug
from tickets.access import get_case, get_case_to_write, visible_entries
from tickets.api.serializers import EntrySerializer, NewEntrySerializer
from tickets.models import EntryKind, TimelineEntry
from tickets.queries.timeline import entry_row, for_rows
from tickets.services.entries import add_entry, correct_entry


class EntryFilter(Filters):
    """Filters of the list."""

    kind = filters.ChoiceFilter(choices=EntryKind.choices)
    machine = TrueOrFalse(field_name="author", lookup_expr="isnull")
    party = filters.CharFilter(method="of_party")

    def of_party(self, entries: QuerySet[TimelineEntry], name: str, slug: str) -> QuerySet[TimelineEntry]:
        """Keep what came from the party or went to it."""
        return entries.filter(from_party__slug=slug) | entries.filter(to_party__slug=slug)


class CaseTimeline(RowsListView):
    """The entries of a case, newest first."""

    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    queryset = TimelineEntry.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-happened_at", "recorded_at")
    search_fields = ("text",)

    def get_queryset(self) -> QuerySet[TimelineEntry]:
        """Return the entries of the case."""
        return for_rows(get_case(asker(self.request), self.kwargs["ref"]).entries.all())

    def rows(self, page: Sequence[TimelineEntry]) -> list[dict[str, Any]]:
        """Return the entries of a page."""
        return [entry_row(entry) for entry in page]

    def authorize(self, request: Request, ref: str) -> None:
        """Refuse who may not change the case."""
        get_case_to_write(asker(request), ref)

    @extend_schema(request=NewEntrySerializer, responses={201: EntrySerializer})
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Record what happened. Our own side is the party `us`."""
        values = with_parties(validated(NewEntrySerializer, request))
        values.setdefault("happened_at", timezone.now())
        case = get_case_to_write(asker(request), ref)
        return Response(entry_row(add_entry(case=case, author=asker(request).user, **values)), status=201)


class CaseTimelineEntry(APIView):
    """One entry."""

    @extend_schema(responses=EntrySerializer)
    def get(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Tell an entry."""
        return Response(entry_row(_entry(request, ref, public_id)))

    @extend_schema(request=NewEntrySerializer(partial=True), responses=EntrySerializer)
    def patch(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Correct an entry: the answer is its new revision, the old one stays."""
        get_case_to_write(asker(request), ref)
        changes = with_parties(validated(NewEntrySerializer, request, partial=True))
        entry = correct_entry(entry=_entry(request, ref, public_id), author=asker(request).user, changes=changes)
        return Response(entry_row(entry))


def with_parties(values: dict[str, Any]) -> dict[str, Any]:
    """Replace the slugs of parties by the parties."""
    for name in ("from_party", "to_party"):
        if name in values:
            values[name] = party_by_slug(values[name], field=name)
    return values


def _entry(request: Request, ref: str, public_id: uuid.UUID) -> TimelineEntry:
    """Return an entry of a visible case, or raise NotVisible."""
    entry = for_rows(visible_entries(asker(request))).filter(case__ref=ref, public_id=public_id).first()
    if entry is None:
        raise NotVisible
    return entry
