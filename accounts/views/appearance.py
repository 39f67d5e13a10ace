"""Language and theme: two small forms in the footer, for everybody, logged in or not."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.services.people import choose_language
from common.context_processors import THEMES
from common.ways import own_address

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponse:
    """Go back to the page with the form; only ever to an address of ours."""
    return redirect(own_address(request, request.POST.get("next", "")) or settings.LOGIN_REDIRECT_URL)


def _remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    """Put a choice into a cookie that lasts a year."""
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages."""
    chosen = request.POST.get("language", "")
    response = _back(request)
    if chosen not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        choose_language(user=request.user, language=chosen)
    return _remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark, or what the system says."""
    chosen = request.POST.get("theme", "")
    response = _back(request)
    return _remember(response, "theme", chosen) if chosen in THEMES else response
