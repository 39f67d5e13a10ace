"""Answers that belong to no app: a failed CSRF check, not found, broken."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.errors import Forbidden, Invalid, NotVisible
from common.middleware import DATABASE_AWAY, database_away, error_response, is_api


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from our own page."""
    return error_response(
        request, Forbidden("This form did not come from a page of ours, or the page was too old. Load it anew.")
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that is not there: in the same words as one that is not for the reader."""
    return error_response(request, NotVisible())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refuses before any view: a Host that is not ours, a form with a thousand fields."""
    error = Invalid(f"The request does not hold together: {exception}")
    if is_api(request):
        return error_response(request, error)
    return HttpResponse(error.detail + "\n", status=400, content_type="text/plain; charset=utf-8")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a mistake of ours, without anything that could fail again.

    What a middleware raises ends here too, and is no mistake of ours where the database went away under it.
    """
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return database_away(request)
    if is_api(request):
        body = b'{"type":"about:blank","title":"A mistake of ours","status":500,"detail":"It was logged.","errors":[]}'
        return HttpResponse(body, status=500, content_type="application/problem+json")
    return render(request, "500.html", status=500)


@require_safe
def keyboard(request: HttpRequest) -> HttpResponse:
    """Tell the keys."""
    return render(request, "keyboard.html")
