"""What the kernel says about a process: Linux's /proc, and elsewhere only whether the process is there."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """A process that was there a moment ago.

    Its pid may be another's by now: `started` tells the two apart.
    """

    pid: int
    state: str
    started: str

    def executable(self) -> Path | None:
        """Return the file of its program; None where we may not know."""
        try:
            return (PROC / str(self.pid) / "exe").readlink()
        except OSError:
            return None

    def program(self) -> str:
        """Return the file name of its program; "" where we may not know."""
        found = self.executable()
        return found.name.removesuffix(" (deleted)") if found else ""

    def name(self) -> str:
        """Return the name its program goes by, which everyone may know."""
        try:
            return (PROC / str(self.pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def owner(self) -> int | None:
        """Return the user it runs as."""
        try:
            return (PROC / str(self.pid)).stat().st_uid
        except OSError:
            return None

    def folder(self) -> Path | None:
        """Return its working folder; None where we may not know."""
        try:
            return (PROC / str(self.pid) / "cwd").readlink()
        except OSError:
            return None

    def environment(self) -> list[bytes]:
        """Return what it was started with, `NAME=value` each; nothing where we may not know."""
        try:
            return (PROC / str(self.pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            return []

    def is_there(self) -> bool:
        """Say whether it still runs; a zombie does not."""
        now = look_at(self.pid)
        return now is not None and now.started == self.started and now.state != "Z"


def look_at(pid: int) -> Process | None:
    """Return the process with this pid, a zombie too; None where there is none."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None if PROC.joinpath("self").exists() else _look_without_proc(pid)
    fields = text.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return Process(pid, fields[0], fields[19])


def _look_without_proc(pid: int) -> Process | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return Process(pid, "?", "?")


def processes() -> Iterator[Process]:
    """Yield every process, as far as there is a /proc."""
    if not PROC.joinpath("self").exists():
        return
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (found := look_at(int(entry.name))) is not None:
            yield found


def is_postgres_of(process: Process, data: Path) -> bool:
    """Say whether a process surely is a PostgreSQL that works on the folder `data`."""
    return process.state != "Z" and process.program() == "postgres" and process.folder() == data.resolve()


def may_be_postgres_of(process: Process, data: Path) -> bool:
    """Say whether a process may be one: where the kernel does not tell, it is taken for one.

    A lock file too many is better than two servers on the same files. PostgreSQL works on its own user's files only.
    """
    if process.state in "Z?":
        return process.state == "?"
    if process.name() != "postgres" or process.owner() != data.stat().st_uid:
        return False
    return process.folder() in (None, data.resolve())
