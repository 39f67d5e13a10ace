"""`Authorization: Token …` for the API: token, person and memberships in one query."""

from datetime import timedelta

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken, User, token_digest
from accounts.principal import Principal
from common.rows import columns_of, fetch, split

KEYWORD = "Token"
USE_NOTED_EVERY = timedelta(minutes=1)


# Every request of the API asks this.
_BY_DIGEST = f"""
SELECT {columns_of(ApiToken, "token")}, {columns_of(User, "person")},
    ARRAY(SELECT department_id FROM accounts_membership WHERE user_id = person.id ORDER BY id),
    ARRAY(SELECT role FROM accounts_membership WHERE user_id = person.id ORDER BY id)
FROM accounts_apitoken AS token JOIN accounts_user AS person ON person.id = token.user_id
WHERE token.digest = %s AND token.revoked_at IS NULL AND token.expires_at > %s AND person.is_active
"""  # noqa: S608  (column names of our own models)


def principal_of_token(secret: str) -> Principal | None:
    """Return who holds this token; None for an unknown, expired, revoked or disabled one."""
    found = fetch(_BY_DIGEST, [token_digest(secret), timezone.now()])
    if not found:
        return None
    *values, departments, roles = found[0]
    token, token.user = split(values, ApiToken, User)
    _note_use(token)
    return Principal(user=token.user, roles=dict(zip(departments, roles, strict=True)), scope=token.scope, token=token)


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
