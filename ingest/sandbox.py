"""Run `zenrei` over hostile bytes: in a child process with limits, in a session and a folder of its own.

What the child reads can kill the child, never the worker, and every way to die comes back as a sentence for people.
It may be called from any thread: nothing runs between fork and exec, the child (`cli/limited.py`) limits itself. The
kernel ends the child when the thread that started it ends; that thread waits for it here, so that is just right.
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
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from ingest import child_codes
from ingest.engine.fast import GIVEN

GIB: Final = 1024**3
ROOT: Final = Path(__file__).resolve().parents[1]
READ_SIZE: Final = 65_536
LINE_SIZE: Final = 65_536
KEPT_CHARACTERS: Final = 2_000
MIB: Final = 1024**2
MESSAGE_BYTES: Final = 64 * MIB
PROGRESS_SECONDS: Final = 0.2
POLL_SECONDS: Final = 0.1
ANSWERED: Final = frozenset({0, 1, 2, 3})  # the exit codes of `zenrei scan`: each comes with an answer

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
    """How the child ended. ``reason`` is a sentence where it gave no whole answer, else None; ``said`` is the end of
    what it wrote to standard error beside its progress."""

    returncode: int
    reason: str | None
    said: str = ""


def run_limited(
    argv: Sequence[str],
    *,
    limits: SandboxLimits,
    workdir: Path,
    stdout_path: Path,
    on_progress: OnProgress | None = None,
    compiled: Path | None = None,
) -> Outcome:
    """Run ``zenrei ARGV`` limited, its answer going to ``stdout_path``.

    ``argv`` must name files by absolute path: the child works in a folder of its own under ``workdir``, which is
    removed afterwards. Nothing of this process's environment reaches it. ``compiled`` is the folder of the engine's
    object code, which the child reads and does not make. ``on_progress`` gets the child's latest
    progress line (a dict with a ``progress`` of 0 to 1) at most five times a second; what it raises ends the child and
    is passed on.
    """
    folder = Path(tempfile.mkdtemp(prefix="attempt-", dir=workdir))
    words = asdict(limits) | {"parent": os.getpid()}
    command = [sys.executable, "-s", "-B", "-m", "cli.limited", json.dumps(words), "--", *argv]
    try:
        with stdout_path.open("wb") as answer:
            process = _start(command, folder, answer, compiled)
        return _watch(process, limits, on_progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(command: Sequence[str], folder: Path, answer: IO[bytes], compiled: Path | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=answer,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=_environment(folder, compiled),
        start_new_session=True,
    )


def _environment(folder: Path, compiled: Path | None) -> dict[str, str]:
    """All that the child gets to know: where the program is, and its folder. No secret of the worker."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OPENBLAS_NUM_THREADS": "1",  # it multiplies no matrices, and would start a thread for each core
        GIVEN: str(compiled or folder),
    }


@dataclass(slots=True)
class _Stderr:
    """The child's standard error: progress lines apart, the end of the rest kept, however much there is."""

    on_progress: OnProgress | None
    buffer: bytes = b""
    said: str = ""
    size: int = 0
    latest: dict[str, Any] | None = None
    told_at: float = field(default=0.0)

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
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
            text = line[-KEPT_CHARACTERS:].decode(errors="replace").strip()
            self.said = f"{self.said}\n{text}".strip()[-KEPT_CHARACTERS:]

    def end(self) -> None:
        """Take what stands behind the last line end, and pass the last progress on."""
        self.feed(b"\n")
        self.tell(last=True)

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


def _watch(process: subprocess.Popen[bytes], limits: SandboxLimits, on_progress: OnProgress | None) -> Outcome:
    stderr = _Stderr(on_progress)
    try:
        stopped = _follow(process, limits, stderr)
        stderr.end()
    finally:
        _kill_group(process)
        returncode = process.wait()
        if process.stderr is not None:
            process.stderr.close()
    return Outcome(returncode, stopped or _reason(returncode, limits, stderr.said), stderr.said)


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
            return f"Reading wrote more than {MESSAGE_BYTES // MIB} MiB of messages and was stopped."
        if ended and not data:
            return None
        if not ended and time.monotonic() > deadline:
            return f"Reading took longer than {limits.wall_seconds:,.0f} seconds and was stopped."
        if readable and not data:  # the pipe is closed, the child still runs
            time.sleep(POLL_SECONDS)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the child has ended; it stays unreaped, so that its group's number cannot pass to somebody else."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the child and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _reason(returncode: int, limits: SandboxLimits, said: str) -> str | None:
    """Why the child gave no whole answer, in one sentence; None where it did."""
    if returncode in ANSWERED:
        return None
    file = f"What was found is larger than {limits.file_bytes // MIB:,} MiB, the limit of an answer."
    known = {
        child_codes.OUT_OF_MEMORY: f"Reading needed more than {limits.data_bytes // MIB:,} MiB of memory.",
        child_codes.FILE_TOO_LARGE: file,
        child_codes.CRASHED: "Reading failed: the program broke on what it read.",
        child_codes.PARENT_GONE: "Reading did not begin: the worker that asked for it was gone.",
        -signal.SIGXCPU: f"Reading needed more than {limits.cpu_seconds:,} seconds of CPU time and was stopped.",
        -signal.SIGXFSZ: file,
        -signal.SIGKILL: "Reading was killed by the system, most likely for want of memory.",
    }
    if returncode in known:
        return known[returncode]
    if returncode < 0:
        return f"Reading was ended by the signal {_signal_name(-returncode)}."
    return f"Reading ended with exit code {returncode}: {said[-500:] or 'without a word'}."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
