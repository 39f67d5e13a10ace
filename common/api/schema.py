"""The OpenAPI schema: every operation names the problem answers that it can give."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `errors` has a row for each field at fault.",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "candidates": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}

REASONS = {
    "400": "The input is not valid; `errors` names the fields.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "You see the thing, but may not do this to it.",
    "404": "Not there, or not for you: both read the same.",
    "409": "It conflicts with what is there, or a request with this Idempotency-Key still runs.",
    "412": "It is not as `If-Match` says: somebody changed it since.",
    "413": "Larger than is taken.",
    "415": "The media type of the body is not understood.",
    "422": "The Idempotency-Key was used for another request.",
    "503": "The database is away, or all upload places are taken; `Retry-After` says when to try again.",
    "507": "The evidence store is full; nothing of the file is kept.",
}
READING = ("400", "401", "403", "404", "503")
WRITING = (*READING, "409", "413", "415", "422")

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A retry with the same key and body gives the first answer again instead of doing it twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"},
}


class ProblemAutoSchema(AutoSchema):
    """Names operations by path, so that clients get stable function names."""


def _problems_of(method: str, operation: dict[str, Any]) -> tuple[str, ...]:
    """Return the problem answers that an operation can give."""
    if method == "get":
        gives_bytes = "application/octet-stream" in operation["responses"].get("200", {}).get("content", {})
        return (*READING, "409") if gives_bytes else READING  # the bytes may be gone
    compares = any(one["name"] == "If-Match" for one in operation.get("parameters", ()))
    takes_file = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    return (*WRITING, *(["412"] if compares else []), *(["507"] if takes_file else []))


def document_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the problem answers and the Idempotency-Key header to every operation of the finished schema."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if method not in {"get", "post", "patch", "put", "delete"}:
                continue
            anonymous = not operation.get("security") or operation["security"] == [{}]
            for status in _problems_of(method, operation):
                if anonymous and status in {"401", "403"}:
                    continue
                operation["responses"].setdefault(status, {"description": REASONS[status], "content": content})
            if method == "post" and not operation.get("x-asks-only"):
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    return result
