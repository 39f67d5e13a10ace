"""The evidence store: blobs named by their SHA-256, written once, never rewritten.

A blob is written to a temporary file while it is hashed, fsynced, moved into place, and its folder fsynced; only then
may a row name it. A crash in between leaves a temporary file or a blob without a row, never a row without its blob.
"""

import hashlib
import os
import re
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from django.conf import settings

LEFTOVER_AFTER_SECONDS = 24 * 3600

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob that is safely in the store: its SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    size: int


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(made: Path, target: Path) -> None:
    """Give a file that was made elsewhere on the same disk its place and name, durably and closed to changes."""
    with made.open("rb") as file:
        os.fchmod(file.fileno(), 0o440)
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    made.replace(target)
    fsync_folder(target.parent)


class BlobWriter:
    """Takes a blob's bytes one piece after the other. `commit` puts it in place, `abort` leaves no trace."""

    def __init__(self, store: "BlobStore") -> None:
        self._store = store
        self._path = store.incoming / uuid.uuid4().hex
        self._file = self._path.open("xb", buffering=0)
        self._digest = hashlib.sha256()
        self.size = 0
        self._kept = False

    def write(self, piece: bytes) -> None:
        """Append a piece; the disk being full raises OSError, and nothing is acknowledged."""
        view = memoryview(piece)
        self._digest.update(view)
        while view:
            written = self._file.write(view)
            self.size += written
            view = view[written:]

    def sync(self) -> None:
        """Wait until the disk has what was written. `commit` does it too; this does it outside a transaction."""
        os.fsync(self._file.fileno())

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hexadecimal."""
        return self._digest.hexdigest()

    def commit(self) -> StoredBlob:
        """Make the blob durable under its hash and return what it is; a whole one that is there is kept."""
        os.fchmod(self._file.fileno(), 0o440)
        os.fsync(self._file.fileno())
        self._file.close()
        blob = StoredBlob(self.sha256, self.size)
        target = self._store.path(blob.sha256)
        if self._store.holds(blob):
            self._path.unlink()
        else:
            self._move(target)
        self._kept = True
        fsync_folder(target.parent)  # of a blob that was there: its own writer may not have come so far yet
        return blob

    def _move(self, target: Path) -> None:
        """Give the file its place and its name."""
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            fsync_folder(target.parent.parent)
        self._path.replace(target)

    def abort(self) -> None:
        """Throw away what was written, unless it is kept already."""
        self._file.close()
        if not self._kept:
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()


class BlobStore:
    """A folder of blobs: `<folder>/ab/cd…`, beside it `incoming/` for what is still being written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"

    def writer(self) -> BlobWriter:
        """Return a writer for a new blob."""
        if not self.incoming.is_dir():
            self.incoming.mkdir(parents=True, exist_ok=True)
            fsync_folder(self.folder)
            fsync_folder(self.folder.parent)
        self._forget_leftovers()
        return BlobWriter(self)

    def _forget_leftovers(self) -> None:
        """Remove what a killed process left unfinished: nobody wrote to it for LEFTOVER_AFTER_SECONDS."""
        oldest = time.time() - LEFTOVER_AFTER_SECONDS
        for path in self.incoming.iterdir():
            with suppress(FileNotFoundError):  # it was moved into place, or another process removed it
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def path(self, sha256: str) -> Path:
        """Return where the blob lies; ValueError for what is no SHA-256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256 in hexadecimal.")
        return self.folder / sha256[:2] / sha256[2:]

    def holds(self, blob: StoredBlob) -> bool:
        """Whether the store has the blob, whole: bytes that rotted do not count, so that giving them again heals."""
        path = self.path(blob.sha256)
        if not path.exists() or path.stat().st_size != blob.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == blob.sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading; FileNotFoundError where it is missing."""
        return self.path(sha256).open("rb")


def evidence_store() -> BlobStore:
    """Return the store of this installation's evidence."""
    return BlobStore(settings.EVIDENCE_DIR)
