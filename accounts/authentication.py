"""`Authorization: Token …` for the API: token, person and memberships in one query."""

import hashlib
from datetime import timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, Value
from django.db.models.functions import JSONObject
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken
from accounts.principal import Principal

KEYWORD = "Token"
USE_NOTED_EVERY = timedelta(minutes=1)


def token_digest(secret: str) -> str:
    """Return what is stored of a token. The secret has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def principal_of_token(secret: str) -> Principal | None:
    """Return who holds this token; None for an unknown, expired, revoked or disabled one."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(
            digest=token_digest(secret), revoked_at__isnull=True, expires_at__gt=timezone.now(), user__is_active=True
        )
        .annotate(
            roles=ArrayAgg(
                JSONObject(department=F("user__memberships__department_id"), role=F("user__memberships__role")),
                filter=Q(user__memberships__isnull=False),
                default=Value([]),
            )
        )
        .first()
    )
    if token is None:
        return None
    _note_use(token)
    roles = {row["department"]: row["role"] for row in token.roles}
    return Principal(user=token.user, roles=roles, scope=token.scope, token=token)


def _note_use(token: ApiToken) -> None:
    """Remember when the token was used last, at most once a minute."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TokenAuthentication(BaseAuthentication):
    """Reads the Authorization header."""

    def authenticate(self, request: Request) -> tuple[Principal, ApiToken | None] | None:
        """Return who asks; None without a header; AuthenticationFailed (401) for a token that does not hold."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        keyword, _, secret = header.strip().partition(" ")
        if keyword.lower() != KEYWORD.lower() or not secret.strip():
            raise AuthenticationFailed("Write the header as: Authorization: Token SECRET")
        principal = principal_of_token(secret.strip())
        if principal is None:
            raise AuthenticationFailed(
                "The token is unknown, expired or revoked. Make a new one on your account's page."
            )
        return principal, principal.token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return KEYWORD


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the header to the OpenAPI schema."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the security scheme object."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token SECRET`"}
