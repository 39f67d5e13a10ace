"""What is to be done in a case, and who watches it, over the API."""

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
from common.api.fields import Day, Flag, Text
from common.api.filters import Filters, TrueOrFalse
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from tickets.access import get_case, get_case_to_write
from tickets.models import Case, Task, TaskKind, Watcher
from tickets.queries.tasks import for_rows, task_row, watchers_of
from tickets.services.tasks import TEXT_ALLOWED, add_task, tick_task, watch_case


class NewTaskSerializer(serializers.Serializer[Any]):
    """Something to do; of the kind `follow_up`, a day on which to look again, with its reason."""

    kind = serializers.ChoiceField(choices=TaskKind.choices, required=False)
    text = Text(max_length=TEXT_ALLOWED)
    due_on = Day(required=False, allow_null=True, help_text="A follow-up needs it.")


class TaskSerializer(serializers.Serializer[Any]):
    """Something to do as it is told."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=TaskKind.choices)
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    made_by = serializers.CharField()
    made_at = serializers.DateTimeField()
    done_by = serializers.CharField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)


class TickSerializer(serializers.Serializer[Any]):
    """Whether it is done."""

    done = Flag()


class WatchSerializer(serializers.Serializer[Any]):
    """Whether you watch the case."""

    watch = Flag()


class WatcherSerializer(serializers.Serializer[Any]):
    """Somebody who watches a case."""

    name = serializers.CharField()
    since = serializers.DateTimeField()


class TaskFilter(Filters):
    """Filters of the list."""

    kind = filters.ChoiceFilter(choices=TaskKind.choices)
    done = TrueOrFalse(field_name="done_at", lookup_expr="isnull", exclude=True)


class CaseTasks(RowsListView):
    """What is to be done, and was done, in a case."""

    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    queryset = Task.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("made_at", "due_on", "done_at")
    search_fields = ("text",)

    def get_queryset(self) -> QuerySet[Task]:
        """Return the tasks of the case."""
        return for_rows(get_case(asker(self.request), self.kwargs["ref"]).tasks.all())

    def rows(self, page: Sequence[Task]) -> list[dict[str, Any]]:
        """Return the tasks of a page."""
        return [task_row(task) for task in page]

    def authorize(self, request: Request, ref: str) -> None:
        """Refuse who may not change the case."""
        get_case_to_write(asker(request), ref)

    @extend_schema(request=NewTaskSerializer, responses={201: TaskSerializer})
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Note something to do, or a day on which to look again."""
        values = validated(NewTaskSerializer, request)
        case = get_case_to_write(asker(request), ref)
        return Response(task_row(add_task(case=case, author=asker(request).user, **values)), status=201)


class CaseTaskView(APIView):
    """One thing to do."""

    @extend_schema(responses=TaskSerializer)
    def get(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Tell it."""
        return Response(task_row(_task(get_case(asker(request), ref), public_id)))

    @extend_schema(request=TickSerializer, responses=TaskSerializer)
    def patch(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Tick it off, or make it to be done again."""
        case = get_case_to_write(asker(request), ref)
        task = _task(case, public_id)
        tick_task(task=task, author=asker(request).user, done=validated(TickSerializer, request)["done"])
        return Response(task_row(_task(case, public_id)))


def _task(case: Case, public_id: uuid.UUID) -> Task:
    """Return a task of a case, or raise NotVisible."""
    task = for_rows(case.tasks.filter(public_id=public_id)).first()
    if task is None:
        raise NotVisible
    return task


class CaseWatchers(RowsListView):
    """Who watches a case now."""

    serializer_class = WatcherSerializer
    queryset = Watcher.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("since",)

    def get_queryset(self) -> QuerySet[Watcher]:
        """Return the watchers of the case."""
        return watchers_of(get_case(asker(self.request), self.kwargs["ref"]))

    def rows(self, page: Sequence[Watcher]) -> list[dict[str, Any]]:
        """Return the watchers of a page."""
        return [{"name": one.user.shown_name, "since": one.since} for one in page]

    @extend_schema(request=WatchSerializer, responses={200: WatchSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Begin or end to watch the case yourself; whoever may see it may."""
        watch = validated(WatchSerializer, request)["watch"]
        watch_case(case=get_case(asker(request), ref), user=asker(request).user, watch=watch)
        return Response({"watch": watch})
