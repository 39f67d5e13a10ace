"""The real web server on a database: gunicorn with config/gunicorn.py, as run.py starts it."""

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.databases import REPO, environment

READY = "/api/v1/health/ready"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took from the first byte sent to the last byte read."""

    status: int
    body: bytes
    seconds: float


class Client:
    """One client that keeps its connection, as a browser or a script with a session does."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._headers = dict(headers)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Send a request and read its whole answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = self._headers | ({} if data is None else {"Content-Type": "application/json"})
        began = time.perf_counter()
        self._connection.request(method, path, data, headers)
        response = self._connection.getresponse()
        content = response.read()
        return Answer(response.status, content, time.perf_counter() - began)

    def close(self) -> None:
        """Give the connection up; the next request opens another one."""
        self._connection.close()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Server:
    """A running web server."""

    port: int
    pid: int

    def client(self, headers: Mapping[str, str]) -> Client:
        """Return a client that sends these headers with every request."""
        return Client(self.port, headers)


OURS = ("-c", "config/gunicorn.py", "config.wsgi:application")


@contextmanager
def serving(
    url: str,
    *,
    python: str = sys.executable,
    application: Sequence[str] = OURS,
    ready: str = READY,
    **more: str,
) -> Iterator[Server]:
    """Run a web server on the database at `url` for a while; `more` are further variables."""
    port = free_port()
    command = [python, "-m", "gunicorn", *application, "--bind", f"127.0.0.1:{port}"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=REPO, env=environment(url, **more), stdout=log, stderr=log)
        try:
            wait_until_ready(process, port, ready, log)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int, path: str, log: Any) -> None:
    """Return once the server answers, whatever it says of who asks; raise with its log where it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if Client(port, {}).ask("GET", path).status < http.client.INTERNAL_SERVER_ERROR:
                return
        except OSError:
            pass
        time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"The web server does not answer:\n{log.read().decode(errors='replace')[-4000:]}")
