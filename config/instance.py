"""One instance on one data folder.

What lies where, the lock that keeps it to one, and the note that lets others attach.
"""

import errno
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from config.refusal import Refusal
from config.sockets import make_private

SCHEMA = "zenrei.instance/1"
HEADS = "custody-heads.jsonl"  # as common/heads.py writes it; a test holds the two together
# Only these are taken from an instance's note into the environment of a command, whoever wrote the note.
SHARED = ("DATABASE_URL", "CELERY_BROKER_URL", "ZENREI_CACHE_URL", "ZENREI_PORT")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder and the names in it."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The embedded database."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """The embedded broker's append-only file."""
        return self.root / "valkey"

    @property
    def evidence(self) -> Path:
        """The blobs; the application makes and fills it."""
        return self.root / "evidence"

    @property
    def log(self) -> Path:
        """What the children print."""
        return self.root / "log"

    @property
    def run(self) -> Path:
        """What is only true while an instance runs: sockets, the note, the beat schedule."""
        return self.root / "run"

    @property
    def cache(self) -> Path:
        """What may be deleted at any time: compiled Python, temporary files."""
        return self.root / "cache"

    @property
    def secret_key(self) -> Path:
        """The key that signs sessions."""
        return self.root / "secret_key"

    @property
    def token(self) -> Path:
        """The API token that the first start makes."""
        return self.root / "token"

    @property
    def heads(self) -> Path:
        """The published heads of custody chains and timelines."""
        return self.root / HEADS

    @property
    def lock(self) -> Path:
        """Held by the one instance."""
        return self.root / "zenrei.lock"

    @property
    def users(self) -> Path:
        """Held, shared, by every command that uses the servers of an instance."""
        return self.run / "users.lock"

    @property
    def note(self) -> Path:
        """What the instance tells about itself."""
        return self.run / "instance.json"

    @property
    def unfinished(self) -> Path:
        """There while a restore is under way, and after one that was killed."""
        return self.root / "RESTORE-UNFINISHED"


@dataclass(frozen=True, slots=True)
class Note:
    """What an instance tells about itself; `state` is starting, ready or stopping."""

    pid: int
    state: str
    url: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    schema: str = SCHEMA


def open_folder(path: Path) -> DataFolder:
    """Return the data folder at `path`, made where it is missing; refuse one that cannot be used."""
    root = Path(os.path.abspath(path))  # noqa: PTH100  (a link stays as the person named it until it is followed)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        root = root.resolve()
        folder = DataFolder(root)
        _probe_writing(root)
        for part in (folder.log, folder.run, folder.cache):
            make_private(part)
    except (FileExistsError, NotADirectoryError):
        raise Refusal(f"the data folder {path} is not a folder: name another one with --data.") from None
    except OSError as error:
        raise Refusal(
            f"the data folder {path} cannot be written ({error.strerror}): "
            "give this user the right to, or name another one with --data."
        ) from None
    _refuse_foreign_parts(folder)
    return folder


def _probe_writing(root: Path) -> None:
    """Write and remove a file: rights, read-only mounts and full disks all show."""
    probe = root / f".probe-{os.getpid()}"
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, b"zenrei")
    finally:
        os.close(descriptor)
        probe.unlink()


def _refuse_foreign_parts(folder: DataFolder) -> None:
    for part in (folder.postgres, folder.valkey, folder.evidence, folder.secret_key):
        if part.exists() and part.stat().st_uid != os.geteuid():
            raise Refusal(
                f"{part} belongs to the user with id {part.stat().st_uid}, and this runs as {os.geteuid()}: "
                "start as that user (as root: ZENREI_USER=name), or change the owner of the data folder."
            )


def read_note(folder: DataFolder) -> Note | None:
    """Return what the instance last told; None where there is nothing to read."""
    try:
        descriptor = os.open(folder.note, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, encoding="utf-8") as file:
            told = json.load(file)
        shared = {name: str(told["environment"][name]) for name in SHARED if name in told["environment"]}
        return Note(int(told["pid"]), str(told["state"]), told["url"], shared)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_note(folder: DataFolder, note: Note) -> None:
    """Tell others about this instance, at once and whole."""
    new = folder.note.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(note)), encoding="utf-8")
    new.replace(folder.note)


def take_lock(folder: DataFolder) -> int:
    """Make this the one instance of the data folder, or refuse. The lock is held until the process ends."""
    descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    end = time.monotonic() + 1.0  # whoever only asks whether it is held, holds it for a moment
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            if time.monotonic() > end:
                raise _already_running(folder, descriptor) from None
            time.sleep(0.05)
            continue
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        folder.note.unlink(missing_ok=True)
        return descriptor


class AlreadyRunning(Refusal):
    """Another instance has the data folder."""


def _already_running(folder: DataFolder, descriptor: int) -> AlreadyRunning:
    holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
    note = read_note(folder)
    if note is None or str(note.pid) != holder:
        what = "another run of it is starting"
    elif note.url is None:
        what = "a command is at work on it"
    else:
        what = f"it runs at {note.url}"
    return AlreadyRunning(f"the data folder {folder.root} is in use: {what} (pid {holder}).")


def is_running(folder: DataFolder) -> bool:
    """Say whether an instance has the data folder."""
    try:
        descriptor = os.open(folder.lock, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


@dataclass(frozen=True, slots=True)
class Attachment:
    """The servers of a running instance, which it does not stop while `descriptor` is open anywhere."""

    environment: dict[str, str]
    descriptor: int


@contextmanager
def using(folder: DataFolder) -> Iterator[Attachment | None]:
    """Use the servers of the running instance; None where there is none that is ready."""
    try:
        descriptor = os.open(folder.users, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        note = read_note(folder)
        ready = note is not None and note.state == "ready" and is_running(folder)
        yield Attachment(note.environment, descriptor) if note is not None and ready else None
    finally:
        os.close(descriptor)


def make_users_lock(folder: DataFolder) -> None:
    """Make the file that users of this instance's servers lock."""
    os.close(os.open(folder.users, os.O_RDONLY | os.O_CREAT, 0o600))


def is_used(folder: DataFolder) -> bool:
    """Say whether a command uses the servers."""
    descriptor = os.open(folder.users, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def make_secret_key(folder: DataFolder) -> None:
    """Make the key that signs sessions, once; it is on the disk before anything is signed with it."""
    if folder.secret_key.exists():
        return
    new = folder.secret_key.with_suffix(".new")
    new.touch(mode=0o600)
    with new.open("w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder.secret_key)
