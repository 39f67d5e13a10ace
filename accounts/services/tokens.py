"""Making and revoking API tokens."""

import secrets
from datetime import timedelta

from django.utils import timezone

from accounts.models import ApiToken, TokenScope, User, token_digest
from common.errors import Invalid, NotVisible

PREFIX = "zrt_"
DAYS_ALLOWED = 3650


def create_token(*, user: User, name: str, scope: str, days: int) -> tuple[ApiToken, str]:
    """Return a new token and its secret, which is told now and never again."""
    if scope not in TokenScope.values:
        raise Invalid.field("scope", "Choose read or write.")
    if not 1 <= days <= DAYS_ALLOWED:
        raise Invalid.field("days", f"A token lives 1 to {DAYS_ALLOWED} days.")
    if not name.strip():
        raise Invalid.field("name", "Name the token after where it will be used.", code="required")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        digest=token_digest(secret),
        scope=scope,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token, secret


def revoke_token(*, user: User, public_id: str) -> None:
    """End a token of the person; it is refused from the next request on."""
    changed = ApiToken.objects.filter(user=user, public_id=public_id, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    if not changed:
        raise NotVisible
