"""Abstract models that the apps share."""

import uuid
from typing import Any, ClassVar

from django.db import models


class Timestamped(models.Model):
    """A row that knows when it was made and when it was last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class PublicId(models.Model):
    """A row that the world names by a random id, so that a number never tells how many there are."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class IdempotentAnswer(models.Model):
    """The answer that a POST with an Idempotency-Key got, kept for its retries."""

    principal = models.CharField(max_length=64)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    key = models.CharField(max_length=200)
    body_hash = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["principal", "method", "path", "key"], name="idempotent_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
