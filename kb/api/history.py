"""The history of what is known over the API: who changed what, when, from which value to which."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from accounts.permissions import asker
from common.api.filters import Filters
from common.api.views import RowsListView
from kb.access import get_issue, get_product
from kb.models import CatalogueEvent, IssueEvent, KnownIssue
from kb.queries.history import told_changes, told_events


class EventSerializer(serializers.Serializer[Any]):
    """Something that happened. `by` is null where it was a pack; `changes` in `detail` has old and new values."""

    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    kind = serializers.CharField()
    detail = serializers.DictField()


class EventFilter(Filters):
    """Filters of the lists."""

    kind = filters.CharFilter()


class IssueHistory(RowsListView):
    """What happened to an issue, the newest first."""

    serializer_class = EventSerializer
    filterset_class = EventFilter
    queryset = IssueEvent.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-pk", "at")

    @cached_property
    def issue(self) -> KnownIssue:
        """Return the issue, which the reader may see."""
        return get_issue(asker(self.request), self.kwargs["name"])

    def get_queryset(self) -> QuerySet[IssueEvent]:
        """Return the events of the issue."""
        return self.issue.events.select_related("by")

    def rows(self, page: Sequence[IssueEvent]) -> list[dict[str, Any]]:
        """Return the events of a page."""
        return told_events(asker(self.request), self.issue, page)


class ProductHistory(RowsListView):
    """What was changed in a product's catalogue, the newest first."""

    serializer_class = EventSerializer
    filterset_class = EventFilter
    queryset = CatalogueEvent.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-pk", "at")

    def get_queryset(self) -> QuerySet[CatalogueEvent]:
        """Return the events of the product."""
        return get_product(self.kwargs["slug"]).events.select_related("by")

    def rows(self, page: Sequence[CatalogueEvent]) -> list[dict[str, Any]]:
        """Return the events of a page."""
        return told_changes(page)
