"""What is to be done in a case, who watches it, and the reminders of the start page."""

import uuid

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, NotVisible
from tickets.access import get_case, get_case_to_write, require_write
from tickets.queries.reminders import of_the_same_thing, visible_reminders
from tickets.services.reminders import note_reminder
from tickets.services.tasks import add_task, tick_task, watch_case
from tickets.task_form import TaskForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_task(request: PageRequest, ref: str) -> HttpResponseBase:
    """Note something to do, or a day on which to look again."""
    case = get_case_to_write(request.principal, ref)
    form = TaskForm(request.POST or None, initial={"kind": request.GET.get("kind", "task")})
    if form.is_valid():
        try:
            add_task(case=case, author=request.user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(reverse("case", args=[case.ref]) + "#tasks")
    context = {"case": case, "form": form}
    return render(request, "tickets/new_task.html", context, status=422 if form.is_bound else 200)


@require_POST
@for_people
def tick(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Tick something off, or make it to be done again."""
    case = get_case_to_write(request.principal, ref)
    task = case.tasks.filter(public_id=public_id).first()
    if task is None:
        raise NotVisible
    tick_task(task=task, author=request.user, done=request.POST.get("done") == "true")
    return redirect(reverse("case", args=[case.ref]) + "#tasks")


@require_POST
@for_people
def watch(request: PageRequest, ref: str) -> HttpResponseBase:
    """Begin or end to watch a case."""
    case = get_case(request.principal, ref)
    watch_case(case=case, user=request.user, watch=request.POST.get("watch") == "true")
    return redirect("case", case.ref)


@require_POST
@for_people
def note(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Note that somebody takes care of what a reminder is about."""
    reminder = visible_reminders(request.principal).select_related("case").filter(public_id=public_id).first()
    if reminder is None:
        raise NotVisible
    require_write(request.principal, reminder.case)
    for one in of_the_same_thing(request.principal, reminder):
        note_reminder(reminder=one, reader=request.user)
    return redirect(reverse("start") + "#waiting")
