"""Ways back: a page that was opened from another leads there again, and only ever to an address of ours."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def own_address(request: HttpRequest, raw: str) -> str:
    """Return an address if it is one of ours, else nothing."""
    return raw if url_has_allowed_host_and_scheme(raw, {request.get_host()}, require_https=request.is_secure()) else ""


def way_back(request: HttpRequest) -> str:
    """Return the address of ours that this page's own names as `next`; empty where it names none."""
    return own_address(request, request.GET.get("next", ""))


def with_words(address: str, **words: str) -> str:
    """Return an address with further words in its query."""
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *words.items()])
    return parts._replace(query=query).geturl()
