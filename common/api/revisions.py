"""Revisions over HTTP: `ETag` tells one, and a change names in `If-Match` the one that it is for."""

from typing import Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

IF_MATCH: Final = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag that you saw.")


def seen_in(request: Request) -> str | None:
    """Return the revision that `If-Match` names; None for none, or any."""
    seen = request.headers.get("If-Match", "*").strip().removeprefix("W/").strip('"')
    return None if seen == "*" else seen


def told_by(revision: str) -> dict[str, str]:
    """Return the headers that tell a revision."""
    return {"ETag": f'"{revision}"'}
