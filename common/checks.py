"""System checks: a misconfigured installation says so at its start, with an id and a cure."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def check_evidence_folder(**_: Any) -> list[CheckMessage]:
    """E001: evidence must not lie where the web server serves files from."""
    if settings.EVIDENCE_DIR.is_relative_to(settings.BASE_DIR / "static"):
        return [
            Error(
                "The evidence folder lies below the static files.",
                hint="Set ZENREI_DATA to a folder of its own.",
                id="zenrei.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_broker(**_: Any) -> list[CheckMessage]:
    """W001: without a broker jobs wait for ever, though none is lost."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return [
            checks.Warning(
                "CELERY_BROKER_URL is not set: jobs are recorded, but no worker is woken.",
                hint="Set CELERY_BROKER_URL to the address of Redis or Valkey.",
                id="zenrei.W001",
            )
        ]
    return []
