"""A whole instance as a person starts it: `python3 run.py` on a data folder of its own, and its processes by name."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    """An answer over HTTP; status 0 where nobody answered."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Instance:
    """A running instance."""

    process: subprocess.Popen[bytes]
    data: Path
    port: int
    output: Path

    @property
    def token(self) -> str:
        """The API token of the first run."""
        return (self.data / "token").read_text(encoding="utf-8").strip()

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send a request with the token; nobody there is status 0, never an exception."""
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        request = urllib.request.Request(address, data=body, method=method)
        for name, value in ({"Authorization": f"Token {self.token}"} | headers).items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())
        except OSError:
            return Answer(0, b"")

    def post_json(self, path: str, body: dict[str, Any], key: str) -> Answer:
        """POST JSON with an idempotency key."""
        return self.call("POST", path, json.dumps(body).encode(), Content_Type="application/json", Idempotency_Key=key)

    def upload(self, ref: str, name: str, content: bytes, key: str) -> Answer:
        """Upload a file as evidence."""
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return self.call("POST", f"cases/{ref}/evidence/", body, Content_Type=kind, Idempotency_Key=key)

    def is_ready(self) -> bool:
        """Whether the web server and its database answer."""
        return self.call("GET", "health/ready").status == 200 if (self.data / "token").exists() else False

    def pids(self, word: str) -> list[int]:
        """Return the processes of this instance whose command line holds a word."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if word in line and (str(self.data) in line or str(self.data).encode() in environment):
                found.append(int(folder.name))
        return found

    def kill(self, word: str) -> int:
        """Kill -9 the processes with a word in their command line; return how many there were."""
        pids = [pid for pid in self.pids(word) if pid not in {self.process.pid, os.getpid()}]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return len(pids)

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until it answers; fail with what it said."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if self.is_ready():
                return
            time.sleep(0.1)
        raise AssertionError(f"not ready: {self.output.read_text(encoding='utf-8', errors='replace')[-4000:]}")


@contextmanager
def running_instance(data: Path, *words: str, environment: dict[str, str] | None = None) -> Iterator[Instance]:
    """Start an instance, wait until it answers, and stop it in order at the end."""
    port = free_port()
    output = data.parent / f"{data.name}.out"
    command = [sys.executable, str(ROOT / "run.py"), "--data", str(data), "--port", str(port), *words]
    outer = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "SSL_CERT_FILE"}}
    with output.open("wb") as sink:
        process = subprocess.Popen(
            command, cwd=ROOT, env=outer | (environment or {}), stdout=sink, stderr=sink, stdin=subprocess.DEVNULL
        )
    instance = Instance(process, data, port, output)
    try:
        instance.wait_ready()
        yield instance
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
