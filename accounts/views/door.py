"""The door of every page: who is not known logs in first; who is known comes with a principal."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRefresh
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from accounts.principal import Principal, principal_of

Rest = ParamSpec("Rest")


class PageRequest(HttpRequest):
    """A request of a person who logged in."""

    user: User
    principal: Principal
    htmx: HtmxDetails


def for_people(
    view: Callable[Concatenate[PageRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
    """Let people in, with their rights; pages are for their reader alone and asked for again each time."""

    @wraps(view)
    def door(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _log_in_first(request)
        request.principal = principal_of(request.user)  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)  # type: ignore[arg-type]
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["HX-Request"])  # a fragment is no page
        return response

    return door  # type: ignore[return-value]


def _log_in_first(request: HttpRequest) -> HttpResponse:
    """Send to the log-in, and back afterwards; a fragment makes its whole page load anew."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRefresh()
    return redirect_to_login(request.get_full_path())
