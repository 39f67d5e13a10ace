"""One supervised child.

How it is started, whether it is ready, when it is started again, how it is stopped.
"""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
HEALTHY_AFTER = 60.0
_NOT_STARTED = 127  # the shell's code for it
LOG_BYTES = 8 * 1024 * 1024
_HELPER = Path(__file__).with_name("child.py")


def _always(_pid: int) -> bool:
    return True


def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class Program:
    """What a child is: its command and the signals it understands."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    stop: signal.Signals = signal.SIGTERM
    stop_fast: signal.Signals = signal.SIGQUIT
    parent_died: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    is_ready: Callable[[int], bool] = _always
    prepare: Callable[[], None] = _nothing


def dying_with_us(number: signal.Signals, *, python: Path = Path(sys.executable), helper: Path = _HELPER) -> list[str]:
    """Return the words to put before a command whose process shall get a signal when this process dies."""
    return [str(python), "-I", "-S", str(helper), str(int(number)), str(os.getpid())]


class Child:
    """A program that is kept running until it is told to stop."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.deaths = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._delay = FIRST_DELAY
        self._started = 0.0
        self._due = 0.0

    @property
    def pid(self) -> int | None:
        """Its process, where it has one."""
        return self._process.pid if self._process else None

    def start(self, *, output: int | None = None) -> None:
        """Start it. Its output goes to its log; standard output to `output` where that is given."""
        self.program.prepare()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        log = os.open(self.program.log, flags, 0o600)
        try:
            self._process = subprocess.Popen(
                [*dying_with_us(self.program.parent_died), *self.program.command],
                stdin=subprocess.DEVNULL,
                stdout=log if output is None else output,
                stderr=log,
                env=dict(self.program.environment),
                cwd=self.program.folder,
                start_new_session=True,  # Ctrl-C at the terminal is for the supervisor, which stops in order
            )
        finally:
            os.close(log)
        self._started = time.monotonic()

    def is_ready(self) -> bool:
        """Say whether it runs and answers."""
        return self._process is not None and self.program.is_ready(self._process.pid)

    def poll(self) -> int | None:
        """Return the exit code where it has ended, and end what it left in its process group."""
        if self._process is None:
            return None
        # Looked at without reaping: as long as the zombie is there, nobody else can have its group's number.
        if hasattr(os, "waitid"):  # not on macOS
            if os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
            self._signal_group(signal.SIGKILL)
        code = self._process.poll()
        if code is not None:
            self._process = None
        return code

    def tend(self, now: float) -> int | None:
        """Start it again where it died and is due; return the exit code where it is found dead just now."""
        if self._process is None:
            return self._start_again() if now >= self._due else None
        code = self.poll()
        if code is None:
            return None
        self._count_death(now)
        return code

    def _start_again(self) -> int | None:
        """Start it; where the system refuses (no memory, no folder), that is a death like another."""
        try:
            self.start()
        except OSError as error:
            with contextlib.suppress(OSError), self.program.log.open("ab") as log:
                log.write(f"it could not be started: {error}\n".encode())
            self._started = time.monotonic()
            self._count_death(self._started)
            return _NOT_STARTED
        return None

    def _count_death(self, now: float) -> None:
        """Wait longer after each death, until it was healthy for a while."""
        if now - self._started > HEALTHY_AFTER:
            self.deaths, self._delay = 0, FIRST_DELAY
        self.deaths += 1
        self._due = now + self._delay
        self._delay = min(self._delay * 2, LONGEST_DELAY)

    def seconds_until_due(self, now: float) -> float:
        """Return how long until it is started again; 0 where it runs."""
        return max(self._due - now, 0.0) if self._process is None else 0.0

    def send(self, number: signal.Signals) -> None:
        """Send a signal to its main process. Popen's own way would reap one that is dead, and `poll` wants to."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it and its process group at once."""
        self._signal_group(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            try:
                os.killpg(self._process.pid, number)
            except (ProcessLookupError, PermissionError):  # the latter is macOS's word for a group of zombies
                return

    def log_tail(self, lines: int = 12) -> str:
        """Return the last lines of its log."""
        return tail(self.program.log, lines)

    def bound_log(self) -> None:
        """Keep its log short: the full one becomes `<name>.log.1`. A disk that is full must not end the instance."""
        with contextlib.suppress(OSError):
            bound(self.program.log)


def tail(path: Path, lines: int = 12) -> str:
    """Return the last lines of a file, indented; "" where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 8192))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


def bound(path: Path, limit: int = LOG_BYTES) -> None:
    """Move a log's content aside once it is long. Its writer appends, so it goes on at the new beginning."""
    try:
        if path.stat().st_size < limit:
            return
    except FileNotFoundError:
        return
    old = path.with_name(f"{path.name}.1")
    with path.open("rb+") as log, old.open("wb") as kept:
        while piece := log.read(1024 * 1024):
            kept.write(piece)
        log.truncate(0)


def ending(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def answers(port: int, path: str, timeout: float = 5.0) -> bool:
    """Say whether an HTTP server on this machine answers a GET of `path` with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
