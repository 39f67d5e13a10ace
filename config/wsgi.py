"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

BODY_WORTH_DRAINING = 64 * 1024
STALLED_AFTER_SECONDS = 60


def close_after_refusal(application: Application) -> Application:
    """Close the connection when a large body was refused unread.

    gunicorn would otherwise read the rest of it (gigabytes, for a refused upload) to get at the next request.
    """

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        endless = "HTTP_TRANSFER_ENCODING" in environ
        large = endless or (length.isdecimal() and int(length) > BODY_WORTH_DRAINING)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            force_close = getattr(getattr(start_response, "__self__", None), "force_close", None)
            if large and not status.startswith("2") and force_close is not None:
                force_close()
            return start_response(status, headers, *rest)

        return application(environ, start)

    return serve


class WholeBody:
    """A request body that raises where the client went away before its end.

    A server reports that as an ordinary end of input, and a form parser takes half a file for a whole one.
    """

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._left = length

    def _count(self, piece: bytes, asked: int) -> bytes:
        self._left -= len(piece)
        if self._left > 0 and not piece and asked != 0:
            raise ConnectionResetError(f"the body ended {self._left} bytes early")
        return piece

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes."""
        return self._count(self._stream.read(size) if size >= 0 else self._stream.read(), size)

    def readline(self, size: int = -1) -> bytes:
        """Return a line of up to `size` bytes."""
        return self._count(self._stream.readline(size) if size >= 0 else self._stream.readline(), size)


def refuse_cut_bodies(application: Application) -> Application:
    """Make a body that is shorter than its Content-Length an error instead of a shorter body."""

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal():
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return serve


def end_stalled_connections(application: Application) -> Application:
    """Cut off a client from which, or to which, nothing moves for STALLED_AFTER_SECONDS.

    gunicorn waits for a request's body without end: a handful of silent clients would hold every thread.
    """

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            connection.settimeout(STALLED_AFTER_SECONDS)
        return application(environ, start_response)

    return serve


application = end_stalled_connections(close_after_refusal(refuse_cut_bodies(get_wsgi_application())))
