"""Where the sockets of the embedded servers lie: a folder that only its owner can enter.

PostgreSQL trusts whoever reaches its socket, so the folder is the lock on the door. A socket's path must be
short (104 bytes on macOS, 108 on Linux) and goes into URLs: where the data folder's own path is too long or
has characters that URLs would have to escape, a folder in the temporary folder takes its place and is named
in the data folder.
"""

import os
import re
import stat
import tempfile
from pathlib import Path

from config.refusal import Refusal

POSTGRES = ".s.PGSQL.5432"
VALKEY = "valkey.sock"
LONGEST_PATH = 100
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")


def check_private(folder: Path) -> None:
    """Refuse a folder that is not a real folder of ours closed to everyone else."""
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise Refusal(
            f"{folder} must be a folder of the user with id {os.geteuid()}, closed to everyone else "
            "(mode 0700), because the sockets of the database lie in it: remove it and start again."
        )


def make_private(folder: Path) -> None:
    """Make `folder` where it is missing, close it to others where it is ours, refuse it where it is not."""
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid():
        folder.chmod(0o700)
    check_private(folder)


def _fits(folder: Path) -> bool:
    path = os.fsencode(folder / POSTGRES)
    return len(path) <= LONGEST_PATH and _PLAIN.fullmatch(str(folder)) is not None


def _temporary_home() -> str:
    """Return a temporary folder whose path is short and plain."""
    for home in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  (mkdtemp makes the name, 0700)
        if _fits(Path(home) / "zenrei-12345678"):
            return home
    raise Refusal("no temporary folder has a path that is short enough for a socket: set TMPDIR to one.")


def socket_folder(run: Path) -> Path:
    """Return the folder for the sockets of the instance whose folder `run` is; make it where needed."""
    make_private(run)
    if _fits(run):
        return run
    pointer = run / "sockets"
    if pointer.exists():
        named = Path(pointer.read_text(encoding="utf-8"))
        try:
            check_private(named)
        except (FileNotFoundError, Refusal):
            pointer.unlink()
        else:
            return named
    made = tempfile.mkdtemp(prefix="zenrei-", dir=_temporary_home())
    pointer.write_text(made, encoding="utf-8")
    return Path(made)


def remove_socket_folder(run: Path) -> None:
    """After a clean stop: take the folder in the temporary folder away again, where there is one."""
    pointer = run / "sockets"
    if not pointer.exists():
        return
    folder = Path(pointer.read_text(encoding="utf-8"))
    try:
        check_private(folder)
        for name in (POSTGRES, f"{POSTGRES}.lock", VALKEY):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
    except (OSError, Refusal):
        return
    pointer.unlink()
