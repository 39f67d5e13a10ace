"""What stands between the server and Django: bodies are whole or an error, refused ones close the connection."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from config.wsgi import (
    BODY_WORTH_DRAINING,
    STALLED_AFTER_SECONDS,
    WholeBody,
    close_after_refusal,
    end_stalled_connections,
    refuse_cut_bodies,
)


class Answer:
    """A server's answer, as gunicorn hands it to an application."""

    def __init__(self) -> None:
        self.closed = False

    def force_close(self) -> None:
        self.closed = True

    def start_response(self, status: str, headers: list[tuple[str, str]], *rest: Any) -> None:
        self.status = status


class Socket:
    """A connection that remembers how long it may stall."""

    def settimeout(self, seconds: float) -> None:
        self.seconds = seconds


def answering(status: str) -> Callable[..., list[bytes]]:
    """Return an application that gives one answer."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, [])
        return [b""]

    return application


@pytest.mark.parametrize(
    ("status", "environ", "closed"),
    [
        ("401 Unauthorized", {"CONTENT_LENGTH": str(BODY_WORTH_DRAINING + 1)}, True),
        ("401 Unauthorized", {"HTTP_TRANSFER_ENCODING": "chunked"}, True),
        ("401 Unauthorized", {"CONTENT_LENGTH": "10"}, False),
        ("401 Unauthorized", {}, False),
        ("401 Unauthorized", {"CONTENT_LENGTH": "many"}, False),
        ("202 Accepted", {"CONTENT_LENGTH": str(BODY_WORTH_DRAINING + 1)}, False),
    ],
)
def test_a_refused_large_body_is_not_read(status: str, environ: dict[str, str], closed: bool) -> None:
    answer = Answer()
    close_after_refusal(answering(status))(environ, answer.start_response)
    assert (answer.status, answer.closed) == (status, closed)


def test_other_servers_are_left_alone() -> None:
    seen: list[str] = []
    environ = {"CONTENT_LENGTH": str(BODY_WORTH_DRAINING + 1)}
    close_after_refusal(answering("401 Unauthorized"))(environ, lambda status, headers: seen.append(status))
    assert seen == ["401 Unauthorized"]


def test_a_connection_may_stall_only_so_long() -> None:
    connection = Socket()
    end_stalled_connections(answering("200 OK"))({"gunicorn.socket": connection}, Answer().start_response)
    assert connection.seconds == STALLED_AFTER_SECONDS


def test_a_whole_body_is_read_as_it_is() -> None:
    body = WholeBody(BytesIO(b"line\nrest"), 9)
    assert (body.readline(), body.read(2), body.read(), body.read(), body.read(7)) == (
        b"line\n",
        b"re",
        b"st",
        b"",
        b"",
    )


@pytest.mark.parametrize("read", [lambda body: body.read(64), lambda body: body.readline(64), lambda body: body.read()])
def test_a_body_that_ends_early_raises(read: Callable[[WholeBody], bytes]) -> None:
    body = WholeBody(BytesIO(b"half"), 9)
    assert read(body) == b"half"
    with pytest.raises(ConnectionResetError, match="5 bytes early"):
        read(body)


def test_asking_for_nothing_is_no_end() -> None:
    assert WholeBody(BytesIO(b""), 9).read(0) == b""


def test_a_body_without_a_length_is_left_alone() -> None:
    stream = BytesIO(b"x")
    environ: dict[str, Any] = {"wsgi.input": stream}
    refuse_cut_bodies(answering("200 OK"))(environ, Answer().start_response)
    assert environ["wsgi.input"] is stream
