"""A retry of a POST with the same Idempotency-Key gives the same answer, and does nothing twice.

The answer is stored in the transaction of its effect: a crash leaves both or neither. A transaction-level advisory
lock tells a second request that the first still runs.
"""

import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any, Protocol, cast

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.renderers import JSONRenderer
from common.errors import Conflict, KeyReused
from common.models import IdempotentAnswer

_KEY = re.compile(r"[\x21-\x7e]{1,200}")

PostMethod = Callable[..., Response]


class Asker(Protocol):
    """Who asks: all that a stored answer needs to know of it."""

    principal_key: str


def _body_hash(request: Request) -> bytes:
    """Return a SHA-256 over the parsed body: the same fields and the same file bytes give the same hash."""
    digest = hashlib.sha256()
    for name in sorted(request.data):
        values = request.data.getlist(name) if hasattr(request.data, "getlist") else [request.data[name]]
        for value in values:
            if isinstance(value, UploadedFile):
                value = [value.name, value.size, getattr(value, "sha256", "")]  # noqa: PLW2901  (a file stands for its hash)
            digest.update(orjson.dumps([name, value], option=orjson.OPT_SORT_KEYS))
    return digest.digest()


def _take_lock(principal: str, method: str, path: str, key: str) -> None:
    """Hold the key until the end of the transaction; refuse with a 409 where another request holds it."""
    name = "\x1f".join((principal, method, path, key)).encode()
    number = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Conflict(
                "A request with this Idempotency-Key still runs. Wait for it, then ask again.", code="running"
            )


def _answer(request: Request, key: str, work: Callable[[], Response], recheck: Callable[[Any], None]) -> Response:
    """Return the stored answer of `key`, or do the work and store its answer."""
    if not _KEY.fullmatch(key):
        raise ValidationError({"Idempotency-Key": "1 to 200 visible ASCII characters."})
    principal = cast("Asker", request.user).principal_key
    method, path, fingerprint = request.method or "", request.path, _body_hash(request)
    _take_lock(principal, method, path, key)
    stored = IdempotentAnswer.objects.filter(principal=principal, method=method, path=path, key=key).first()
    if stored is None:
        response = work()
        IdempotentAnswer.objects.create(
            principal=principal,
            method=method,
            path=path,
            key=key,
            body_hash=fingerprint,
            status=response.status_code,
            body=JSONRenderer().render(response.data),
        )
        return response
    if bytes(stored.body_hash) != fingerprint:
        raise KeyReused("This Idempotency-Key came before with another body. Take a new key for a new request.")
    answer = orjson.loads(bytes(stored.body)) if stored.body else None
    recheck(answer)
    return Response(answer, status=stored.status, headers={"Idempotency-Replayed": "true"})


def idempotent(method: PostMethod) -> PostMethod:
    """Run a view's `post` in a transaction, once per Idempotency-Key.

    Rights may have gone since: the view's `authorize(request, …)` is asked first, and before a replay its
    `recheck(request, answer)`, where the address does not name the thing that the answer tells.
    """

    @functools.wraps(method)
    def post(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        if hasattr(view, "authorize"):
            view.authorize(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        with transaction.atomic():
            if key is None:
                return method(view, request, *args, **kwargs)
            recheck = functools.partial(view.recheck, request) if hasattr(view, "recheck") else lambda answer: None
            return _answer(request, key, lambda: method(view, request, *args, **kwargs), recheck)

    return post
