"""The web server, the worker and the broker as in production, on the database of the tests."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from config.embedded_valkey import binary
from tests.support.instance import free_port

ROOT = Path(__file__).resolve().parents[2]
BOUNDARY = "zenrei-test"
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


def database_url() -> str:
    """Return the address of the database that the tests work in."""
    values = connection.settings_dict
    user, host, port = values["USER"], quote(values["HOST"], safe=""), values["PORT"]
    password = f":{quote(values['PASSWORD'], safe='')}" if values["PASSWORD"] else ""
    return f"postgres://{user}{password}@{host}:{port}/{values['NAME']}"


def wait_until(true: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a process that works on the test's database and data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZENREI_", "CELERY_"))}
    ours = {
        "ZENREI_SECRET_KEY": settings.SECRET_KEY,
        "ZENREI_DATA": str(settings.DATA_DIR),
        "ZENREI_WEB_PROCESSES": "1",
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
    }
    return kept | ours | changes


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    """End a process that the test started, and wait for it."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Web:
    """A running gunicorn with one worker."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path

    def connect(self, timeout: float = 30.0) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send a request and return status, headers and body."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        client.request(method, path, body, sent)
        answer = client.getresponse()
        try:
            return answer.status, dict(answer.headers), answer.read()
        finally:
            client.close()

    @property
    def worker(self) -> int:
        """The process that answers requests."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def memory(self, name: str) -> int:
        """Return a figure of the worker's memory in bytes: `VmHWM`, `RssAnon`."""
        lines = Path(f"/proc/{self.worker}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) * 1024

    def is_up(self) -> bool:
        """Whether it answers."""
        assert self.process.poll() is None, self.output.read_text()
        try:
            return self.ask("GET", "/api/v1/health/live")[0] == 200
        except OSError:
            return False


@contextmanager
def running_web(folder: Path, **changes: str) -> Iterator[Web]:
    """Run the web server with the configuration of production."""
    port, output = free_port(), folder / "web.log"
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi:application"]
    with output.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}"], cwd=ROOT, env=environment(**changes), stdout=log, stderr=log
        )
    web = Web(process, port, output)
    try:
        wait_until(web.is_up)
        yield web
    finally:
        end(process)


@contextmanager
def running_worker(folder: Path, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker with beat in it, as production does."""
    words = ["-m", "celery", "-A", "config", "worker", "-B", "-s", str(folder / "beat"), "--pool", "threads"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *words, "--concurrency", "2"], cwd=ROOT, env=environment(**changes), stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        end(process)


@contextmanager
def running_broker(at: Path) -> Iterator[str]:
    """Run a real Valkey on a socket; yield its address as Celery reads it."""
    words = ["--port", "0", "--unixsocket", str(at), "--save", "", "--dir", str(at.parent), "--daemonize", "no"]
    process = subprocess.Popen([str(binary()), *words], stdout=subprocess.DEVNULL)
    try:
        wait_until(at.exists)
        yield broker_url(at)
    finally:
        end(process)
        at.unlink(missing_ok=True)


def broker_url(at: Path) -> str:
    """Return the address of a broker's socket."""
    return f"redis+socket://{at}?virtual_host=0"


def form_head(name: str = "big.log") -> bytes:
    """Return the beginning of a form with a file, up to the file's first byte."""
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()


def upload_headers(path: str, token: str | None, length: int | None, **headers: str) -> bytes:
    """Return the head of an upload as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: multipart/form-data; boundary={BOUNDARY}"]
    lines += [f"Authorization: Token {token}"] if token else []
    lines += [f"Content-Length: {length}"] if length is not None else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer_of(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read an answer from a connection."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, dict(answer.headers), answer.read()
