"""Answers for what goes wrong outside a view: the database away, a service's refusal on a page."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from psycopg_pool import PoolTimeout

from common.api.problems import problem_body
from common.errors import Busy, DomainError, Invalid, NotVisible

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)


def is_api(request: HttpRequest) -> bool:
    """Tell whether the request came through the API's door."""
    return request.path.startswith("/api/")


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the answer for a service's refusal: problem+json for the API, a page for people."""
    response: HttpResponse
    if is_api(request):
        response = JsonResponse(problem_body(error), status=error.status, content_type="application/problem+json")
    else:
        response = render(request, "error.html", {"error": error}, status=error.status)
    if isinstance(error, Busy):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


class RefuseNulMiddleware:
    """An address with a NUL character names nothing: PostgreSQL cannot even be asked for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or answer 404 (in the path) or 400 (behind the question mark)."""
        if "\x00" in request.path:
            return error_response(request, NotVisible())
        if "%00" in request.META.get("QUERY_STRING", ""):
            return error_response(request, Invalid("The address holds a NUL character, which no text may hold."))
        return self.get_response(request)


class DatabaseAwayMiddleware:
    """A database that is away is a 503 with the time to try again, never a 500: nothing was acknowledged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 where a view lost its database."""
        if isinstance(error, DATABASE_AWAY):
            log.warning("the database is away: %s", error)
            return database_away(request)
        return None


def database_away(request: HttpRequest) -> HttpResponse:
    """Return the 503 for a database that is away; made without a query."""
    body = problem_body(Busy("The database is away for the moment. Nothing was changed; try again."))
    if is_api(request):
        response: HttpResponse = JsonResponse(body, status=503, content_type="application/problem+json")
    else:
        response = HttpResponse(body["detail"] + "\n", status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = "5"
    return response


class DomainErrorMiddleware:
    """A service's refusal that a page does not handle itself becomes an error page in its words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError in the reader's form."""
        if isinstance(error, DomainError):
            return error_response(request, error)
        return None
