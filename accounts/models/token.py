"""API tokens: shown once, stored as a hash, scoped, expiring."""

import hashlib
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.user import User
from common.models import PublicId


class TokenScope(models.TextChoices):
    """What a token may do with its owner's rights."""

    READ = "read"
    WRITE = "write"


def token_digest(secret: str) -> str:
    """Return what is stored of a token. The secret has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class ApiToken(PublicId):
    """A token of a person. `digest` is the SHA-256 of the secret, which has 256 random bits of its own."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=5, choices=TokenScope, default=TokenScope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="token_scope_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
