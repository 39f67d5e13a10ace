"""Answers that belong to no app: a failed CSRF check, not found, broken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.errors import Forbidden, NotVisible
from common.middleware import error_response, is_api


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from our own page."""
    return error_response(
        request, Forbidden("This form did not come from a page of ours, or the page was too old. Load it anew.")
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that is not there: in the same words as one that is not for the reader."""
    return error_response(request, NotVisible())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a mistake of ours, without anything that could fail again."""
    if is_api(request):
        body = b'{"type":"about:blank","title":"A mistake of ours","status":500,"detail":"It was logged.","errors":[]}'
        return HttpResponse(body, status=500, content_type="application/problem+json")
    return render(request, "500.html", status=500)


@require_safe
def keyboard(request: HttpRequest) -> HttpResponse:
    """Tell the keys."""
    return render(request, "keyboard.html")
