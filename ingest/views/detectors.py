"""Detectors of a known issue: a new one, and one with its text, its history and what it said of cases."""

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, Forbidden
from ingest.detector_forms import DetectorForm
from ingest.queries.detectors import get_detector, newest_run
from ingest.services.detectors import change_detector, create_detector
from kb.access import get_issue_to_write, require_write
from kb.models import Detector
from tickets.queries.detectors import cases_of_detector


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_detector(request: PageRequest, name: str) -> HttpResponseBase:
    """Record a detector of an issue."""
    issue = get_issue_to_write(request.principal, name)
    form = DetectorForm(request.POST or None)
    if form.is_valid():
        try:
            made, _ = create_detector(issue=issue, author=request.user, text=form.cleaned_data["text"])
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("detector", made.public_id)
    return render(
        request, "ingest/new_detector.html", {"form": form, "issue": issue}, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def detector(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a detector; who may write for its issue changes it here."""
    found = get_detector(request.principal, public_id)
    if request.method == "POST":
        require_write(request.principal, found.issue)
        form = DetectorForm(request.POST, detector=found)
        if form.is_valid():
            try:
                _change(request, found, form)
            except DomainError as error:
                form.refuse(error)
            else:
                return redirect("detector", found.public_id)
        return render(request, "ingest/detector.html", _shown(request, found, form), status=422)
    return render(request, "ingest/detector.html", _shown(request, found, DetectorForm(detector=found)))


def _change(request: PageRequest, found: Detector, form: DetectorForm) -> None:
    chosen = form.cleaned_data
    change_detector(
        detector=found,
        author=request.user,
        changes={name: chosen[name] for name in ("text", "enabled") if name in form.changed_data},
        seen=chosen["revision"],
    )


def _shown(request: PageRequest, found: Detector, form: DetectorForm) -> dict[str, Any]:
    """Return what the page shows: the form to who may write, the text to all."""
    try:
        require_write(request.principal, found.issue)
    except Forbidden:
        may_write = False
    else:
        may_write = True
    return {
        "detector": found,
        "form": form,
        "may_write": may_write,
        "run": newest_run(found),
        "cases": cases_of_detector(request.principal, found),
        "revisions": found.revisions.select_related("by"),
    }
