"""Run a program of this project on hostile bytes: in a child process with limits, its own session and folder.

The child can be killed by what it reads; the worker cannot. Every way to die comes back as a sentence for people.
It may be called from any thread: nothing runs between fork and exec, the child limits itself (`sandbox_child`).
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from ingest import sandbox_child as child

GIB: Final = 1024**3
ROOT: Final = Path(__file__).resolve().parents[1]
READ_SIZE: Final = 65_536
LINE_SIZE: Final = 65_536
KEPT_MESSAGES: Final = 2_000
MESSAGE_BYTES: Final = 64 * 1024**2
PROGRESS_SECONDS: Final = 0.2
POLL_SECONDS: Final = 0.1
FINE: Final = (0, 1, 3)

OnProgress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What the child may use: bytes of data memory, CPU and wall seconds, bytes per file it writes, open files."""

    data_bytes: int = 4 * GIB
    cpu_seconds: int = 3600
    wall_seconds: float = 7200.0
    file_bytes: int = 4 * GIB
    open_files: int = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the child ended. ``reason`` is None where its output counts, else one sentence; ``messages`` is the end of
    what it wrote to standard error besides progress."""

    returncode: int
    reason: str | None
    messages: str


def run_limited(
    argv: Sequence[str],
    *,
    limits: SandboxLimits,
    workdir: Path,
    stdout_path: Path,
    on_progress: OnProgress | None = None,
    module: str = "cli",
    fine: Sequence[int] = FINE,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run ``python -m <module> <argv>`` limited, with standard output in a file.

    ``argv`` must name files by absolute path: the child works in a temporary folder of its own under ``workdir``, which
    is removed afterwards. It inherits no environment but ``env``. ``on_progress`` gets the child's latest progress
    line (a dict with a ``progress`` of 0 to 1) at most five times a second; what it raises ends the child and is
    raised here. Exit codes in ``fine`` are no failure.
    """
    folder = Path(tempfile.mkdtemp(prefix="attempt-", dir=workdir))
    try:
        with stdout_path.open("wb") as out:
            command = [sys.executable, "-s", "-B", "-m", "ingest.sandbox_child", _settings(limits, module), *argv]
            process = _start(command, folder, out, env or {})
        return _watch(process, limits, on_progress, fine)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(limits: SandboxLimits, module: str) -> str:
    """What the child has to know, as JSON."""
    return json.dumps(
        {
            "parent": os.getpid(),
            "module": module,
            "data_bytes": limits.data_bytes,
            "cpu_seconds": limits.cpu_seconds,
            "file_bytes": limits.file_bytes,
            "open_files": limits.open_files,
        }
    )


def _start(command: Sequence[str], folder: Path, out: IO[bytes], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=_environment(folder) | dict(env),
        start_new_session=True,
    )


def _environment(folder: Path) -> dict[str, str]:
    """All that the child gets to know: where the program is, and its folder. No secret of the worker."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }


@dataclass(slots=True)
class _Stderr:
    """The child's standard error: progress lines apart, the end of the rest kept, however much there is."""

    on_progress: OnProgress | None
    buffer: bytes = b""
    messages: str = ""
    size: int = 0
    latest: dict[str, Any] | None = None
    told_at: float = field(default=0.0)

    def feed(self, data: bytes) -> None:
        self.size += len(data)
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            self._line(line)
        if len(self.buffer) > LINE_SIZE:
            self._line(self.buffer)
            self.buffer = b""
        self.tell()

    def _line(self, line: bytes) -> None:
        progress = _read_progress(line)
        if progress is not None:
            self.latest = progress
        elif line.strip():
            text = line[-KEPT_MESSAGES:].decode(errors="replace").strip()
            self.messages = f"{self.messages}\n{text}".strip()[-KEPT_MESSAGES:]

    def tell(self, *, last: bool = False) -> None:
        """Pass the latest progress on, not too often."""
        now = time.monotonic()
        if self.latest is None or self.on_progress is None or (now - self.told_at < PROGRESS_SECONDS and not last):
            return
        latest, self.latest, self.told_at = self.latest, None, now
        self.on_progress(latest)


def _read_progress(line: bytes) -> dict[str, Any] | None:
    """A progress line, where it is one: an object with a ``progress`` that is a share."""
    if not line.startswith(b"{") or len(line) > LINE_SIZE:
        return None
    try:
        progress = json.loads(line)
    except (ValueError, RecursionError):
        return None
    share = progress.get("progress") if isinstance(progress, dict) else None
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        return None
    return progress  # type: ignore[no-any-return]


def _watch(
    process: subprocess.Popen[bytes], limits: SandboxLimits, on_progress: OnProgress | None, fine: Sequence[int]
) -> Outcome:
    stderr, stopped = _Stderr(on_progress), None
    try:
        stopped = _follow(process, limits, stderr)
    finally:
        _kill_group(process)
        assert process.stderr is not None  # noqa: S101 - it was asked for as a pipe
        process.stderr.close()
        returncode = process.wait()
    stderr.tell(last=True)
    if stderr.buffer:
        stderr.feed(b"\n")
    reason = stopped or _reason(returncode, limits, stderr.messages, fine)
    return Outcome(returncode, reason, stderr.messages)


def _follow(process: subprocess.Popen[bytes], limits: SandboxLimits, stderr: _Stderr) -> str | None:
    """Read standard error until the child ends; the reason where the parent has to end it."""
    assert process.stderr is not None  # noqa: S101 - it was asked for as a pipe
    pipe = process.stderr.fileno()
    os.set_blocking(pipe, False)
    watch = select.poll()
    watch.register(pipe, select.POLLIN)
    deadline = time.monotonic() + limits.wall_seconds
    while True:
        if ended := _has_ended(process):
            _kill_group(process)  # what it started must not hold or fill the pipe any longer
        readable = watch.poll(0 if ended else POLL_SECONDS * 1000)
        data = os.read(pipe, READ_SIZE) if readable else b""
        stderr.feed(data)
        if stderr.size > MESSAGE_BYTES:
            return f"it wrote more than {MESSAGE_BYTES} bytes of messages and was stopped"
        if ended and not data:
            return None
        if not ended and time.monotonic() > deadline:
            return f"it took longer than the limit of {limits.wall_seconds:g} seconds and was stopped"
        if readable and not data:  # the pipe is closed, the child still runs
            time.sleep(POLL_SECONDS)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the child has ended; it stays unreaped, so that its group's number cannot pass to somebody else."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the child and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _reason(returncode: int, limits: SandboxLimits, messages: str, fine: Sequence[int]) -> str | None:
    """Why the output does not count, in one sentence; None where it does."""
    if returncode in fine:
        return None
    known = {
        child.OUT_OF_MEMORY: f"it needed more memory than the limit of {limits.data_bytes} bytes",
        child.FILE_TOO_LARGE: f"its output grew beyond the limit of {limits.file_bytes} bytes",
        child.CRASHED: "the program failed on what it read",
        child.PARENT_GONE: "the worker that started it was gone",
        -signal.SIGXCPU: f"it used more CPU time than the limit of {limits.cpu_seconds} seconds",
        -signal.SIGXFSZ: f"its output grew beyond the limit of {limits.file_bytes} bytes",
        -signal.SIGKILL: "the system killed it (most likely for want of memory)",
        -signal.SIGSEGV: "it crashed on what it read (signal SIGSEGV)",
    }
    if returncode in known:
        return known[returncode]
    last = messages.rpartition("\n")[2].removeprefix("zenrei: ")
    if returncode < 0:
        with contextlib.suppress(ValueError):
            return f"it was ended by signal {signal.Signals(-returncode).name}"
    return last or f"it ended with exit code {returncode} and said nothing"
