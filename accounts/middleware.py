"""The reader's own time zone and language, on every page."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import User


class PreferencesMiddleware:
    """Activates what the person chose; the API answers in UTC and English whoever asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the reader's zone and language."""
        if request.path.startswith(("/api/", "/static/")):
            with translation.override("en"):
                return self.get_response(request)
        user = request.user
        if isinstance(user, User):
            with timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
                if user.language:
                    translation.activate(user.language)
                    request.LANGUAGE_CODE = user.language
                return self.get_response(request)
        return self.get_response(request)
