"""Errors as `application/problem+json` (RFC 9457)."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import Busy, DomainError, Invalid, NotVisible, TooLarge

CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: "The input is not valid",
    401: "Who are you?",
    403: "You may not do this",
    404: "Nothing here that you may see",
    405: "This method is not offered here",
    406: "This form of answer is not offered",
    413: "Too large",
    415: "This form of input is not understood",
    429: "Too many requests",
    503: "Busy",
}


def problem_body(error: DomainError) -> dict[str, Any]:
    """Return the problem object of a service's refusal."""
    errors: list[dict[str, Any]] = [
        {"field": name, "code": error.code, "message": message} for name, message in error.fields.items()
    ]
    for row in errors:
        if row["field"] in error.candidates:
            row["candidates"] = error.candidates[row["field"]]
    return {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "errors": errors,
    }


def _field_errors(detail: Any, path: str = "") -> Iterable[dict[str, str]]:
    """Flatten the nested details of a DRF ValidationError to `{"field", "code", "message"}` rows."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            part = "" if name == "non_field_errors" else str(name)
            yield from _field_errors(inner, ".".join(filter(None, (path, part))))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _field_errors(inner, f"{path}.{position}" if nested else path)
    else:
        yield {"field": path, "code": getattr(detail, "code", "invalid"), "message": str(detail)}


def _from_drf(error: exceptions.APIException) -> dict[str, Any]:
    """Return the problem object of one of DRF's own exceptions."""
    status = error.status_code
    rows = list(_field_errors(error.detail))
    named = [row for row in rows if row["field"]]
    detail = "; ".join(f"{row['field']}: {row['message']}" if row["field"] else row["message"] for row in rows[:5])
    title = TITLES.get(status, "This cannot be done")
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": named}


def _in_our_words(error: Exception) -> Exception:
    """Return the refusal that one of Django's own exceptions is, or the exception as it came."""
    if isinstance(error, Http404):
        return NotVisible()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge("The fields of the form are larger than is taken. Send long texts as files.")
    if isinstance(error, SuspiciousOperation):
        return Invalid(f"The request does not hold together: {error}")
    if isinstance(error, UnreadablePostError):
        return Invalid("The body was cut off before its end. Nothing was changed; send it again.", code="cut_off")
    return error


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of an API view into its problem answer; None lets Django's own handling go on."""
    headers: dict[str, str] = {}
    error = _in_our_words(error)
    if isinstance(error, DomainError):
        body = problem_body(error)
        if isinstance(error, Busy):
            headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, exceptions.APIException):
        body = _from_drf(error)
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
        if getattr(error, "wait", None):
            headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    else:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)
