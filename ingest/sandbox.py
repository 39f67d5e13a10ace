"""Running `zenrei` over hostile bytes: a child with limits, in a session of its own, that dies with its parent.

The child is `cli/limited.py`. It is started from one thread of a worker that has several, so nothing runs between fork
and exec. The kernel ends it when the thread that started it ends: that thread waits for it, so that is just right.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

ROOT: Final = Path(__file__).resolve().parent.parent
LINE_BYTES: Final = 64 * 1024
TAIL_BYTES: Final = 2000
OUT_OF_MEMORY: Final = 71  # cli/limited.py
ANSWERED: Final = frozenset({0, 1, 2, 3})  # the exit codes of `zenrei scan`: each of them comes with an answer


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What a child may use: bytes of data, CPU seconds, bytes of one file, open files, seconds on the wall."""

    data_bytes: int
    cpu_seconds: int
    file_bytes: int
    open_files: int
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the child ended. `reason` is a sentence where it gave no whole answer, else None; `said` its last words."""

    returncode: int
    reason: str | None
    said: str = ""


def run_limited(
    argv: Sequence[str],
    *,
    limits: SandboxLimits,
    workdir: Path,
    stdout_path: Path,
    on_progress: Callable[[dict[str, Any]], None] | None = None,
) -> Outcome:
    """Run `zenrei ARGV` with limits in `workdir`, its answer going to `stdout_path`.

    `on_progress` gets each JSON object that the child writes to its standard error; what it raises ends the child and
    is passed on. Nothing of this process's environment reaches the child but what Python needs to start.
    """
    words = {name: value for name, value in asdict(limits).items() if name != "wall_seconds"} | {"parent": os.getpid()}
    command = [sys.executable, "-m", "cli.limited", orjson.dumps(words).decode(), "--", *argv]
    with stdout_path.open("wb") as answer:
        child = subprocess.Popen(
            command,
            cwd=workdir,
            env=_environment(workdir),
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    try:
        listener = _Listener(child, on_progress)
        in_time = listener.listen(time.monotonic() + limits.wall_seconds)
    finally:
        _end(child)
    return Outcome(child.returncode, _reason(child.returncode, limits, listener.said, in_time=in_time), listener.said)


def _environment(workdir: Path) -> dict[str, str]:
    """Return the child's whole environment: no address of a database, no token."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if path and path != str(ROOT))]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "HOME": str(workdir),
        "TMPDIR": str(workdir),
    }


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child's whole group, if it still runs, and reap it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stderr is not None:
        child.stderr.close()


class _Listener:
    """Reads the child's standard error without ever holding more than a line of it."""

    def __init__(self, child: subprocess.Popen[bytes], on_progress: Callable[[dict[str, Any]], None] | None) -> None:
        assert child.stderr is not None  # noqa: S101  (a pipe was asked for)
        self._child = child
        self._stream = child.stderr.fileno()
        self._on_progress = on_progress
        self._line = b""
        self._tail = b""

    @property
    def said(self) -> str:
        """The end of what the child said beside its progress."""
        return self._tail.decode("utf-8", "replace").strip()

    def listen(self, deadline: float) -> bool:
        """Read until the child ends; False where the deadline came first."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stream, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if not selector.select(min(left, 1.0)):
                    continue
                piece = os.read(self._stream, LINE_BYTES)
                if not piece:
                    return self._wait(deadline)
                self._take(piece)
        return False

    def _wait(self, deadline: float) -> bool:
        """Wait for the end of a child that has closed its standard error."""
        try:
            self._child.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _take(self, piece: bytes) -> None:
        """Cut what came into lines; of a line that never ends only the end is kept."""
        *lines, self._line = (self._line + piece).split(b"\n")
        self._line = self._line[-LINE_BYTES:]
        for line in lines:
            self._tell(line)
        if not lines:
            self._tail = self._line[-TAIL_BYTES:]

    def _tell(self, line: bytes) -> None:
        """Pass a progress object on; remember anything else."""
        try:
            progress = orjson.loads(line)
        except orjson.JSONDecodeError:
            progress = None
        if isinstance(progress, dict):
            if self._on_progress is not None:
                self._on_progress(progress)
        else:
            self._tail = (self._tail + b"\n" + line)[-TAIL_BYTES:]


def _reason(returncode: int, limits: SandboxLimits, said: str, *, in_time: bool) -> str | None:
    """Return in a sentence why the child gave no whole answer; None where it did."""
    if not in_time:
        return f"Reading took longer than {limits.wall_seconds:,.0f} seconds and was stopped."
    if returncode in ANSWERED:
        return None
    if returncode == OUT_OF_MEMORY:
        return f"Reading needed more than {limits.data_bytes // 1024**2:,} MiB of memory and was stopped."
    if returncode == -signal.SIGXCPU:
        return f"Reading needed more than {limits.cpu_seconds:,} seconds of CPU time and was stopped."
    if returncode == -signal.SIGXFSZ:
        return f"What was found is larger than {limits.file_bytes // 1024**2:,} MiB, the limit of an answer."
    if returncode < 0:
        return f"Reading was ended by the signal {signal.Signals(-returncode).name}."
    return f"Reading ended with exit code {returncode}: {said[-500:] or 'without a word'}."
