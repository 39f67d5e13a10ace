"""The heads of chains, published in a file outside the database: how far each chain was, and with which hash.

A chain whose last links are taken out still holds: only somebody who remembers how long it was can tell. This file
remembers, one JSON line a head, appended and never rewritten. Each line covers the hash of the line before, so that
the hash of the newest line, kept elsewhere, stands for all of them.
"""

import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.storage import fsync_folder

NAME = "custody-heads.jsonl"
_LINE_ALLOWED = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain was: its name, the number of its entries, and the hash of the last."""

    chain: str
    entries: int
    hash: str


@dataclass(frozen=True, slots=True)
class PublishedHead:
    """The newest line of the file: its number, when it was written, and its hash, which covers all lines."""

    line: int
    time: str
    hash: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file. `head` is None, and `trouble` says why, for one that is not what was written.

    `end` is the byte of the file after it.
    """

    number: int
    hash: str
    end: int
    time: str = ""
    head: Head | None = None
    trouble: str = ""


class HeadsFile:
    """The file of published heads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the file against other writers; gives its descriptor. The file is made where it is missing."""
        descriptor = self._lock()
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _lock(self) -> int:
        """Return the descriptor of the file once it is locked, and still the one that has the name."""
        while True:
            made = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if self.path.exists() and os.path.samestat(os.fstat(descriptor), self.path.lstat()):
                if made:
                    fsync_folder(self.path.parent)
                return descriptor
            os.close(descriptor)  # it was put aside while we waited for it

    def put_aside(self) -> Path | None:
        """Give the file another name, which says when; return its path, or None where there is no file.

        OSError: what lies there is no file of ours; move it away by hand.
        """
        if not self.path.exists():
            return None
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        aside = self.path.with_name(f"{self.path.stem}.before-{stamp}{self.path.suffix}")
        with self.locked():
            self.path.rename(aside)
            fsync_folder(self.path.parent)
        return aside

    def append(self, descriptor: int, heads: Sequence[Head]) -> None:
        """Append a line for each head and wait until the disk has them; `descriptor` is a locked one.

        A line that a power cut left half written was told to nobody: it is cut off first. Where the disk is full, the
        file is as it was, and OSError is raised.
        """
        size, last = _whole_part(descriptor)
        os.ftruncate(descriptor, size)
        number, previous = _place_of(descriptor, last)
        now, pieces = datetime.now(UTC).isoformat(timespec="seconds"), []
        for head in heads:
            number += 1
            line = _text_of(number, now, head, previous)
            previous = hashlib.sha256(line).hexdigest()
            pieces.append(line + b"\n")
        try:
            _write_all(descriptor, b"".join(pieces))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise

    def newest(self) -> PublishedHead | None:
        """Return the newest line; None where nothing was published yet.

        ValueError: the last line is none of ours. OSError: what lies there is no file that we may read.
        """
        try:
            descriptor = self._open()
        except FileNotFoundError:
            return None
        try:
            _, last = _whole_part(descriptor)
        finally:
            os.close(descriptor)
        if not last:
            return None
        told = _read(last)
        return PublishedHead(told["line"], told["time"], hashlib.sha256(last).hexdigest())

    def lines(self, after: Line | None = None) -> Iterator[Line]:
        """Yield every whole line (those after one, where given) with what is wrong with it; nothing without a file.

        OSError: what lies there is no file that we may read.
        """
        try:
            descriptor = self._open()
        except FileNotFoundError:
            return
        with os.fdopen(descriptor, "rb") as file:
            number, previous, end = (after.number, after.hash, after.end) if after else (0, "", 0)
            file.seek(end)
            while text := file.readline(_LINE_ALLOWED):
                number, end = number + 1, end + len(text)
                if not text.endswith(b"\n") and len(text) < _LINE_ALLOWED:
                    return  # still being written, or cut by a power cut: told to nobody
                line = text.rstrip(b"\n")
                digest = hashlib.sha256(line).hexdigest()
                yield _checked(line, number, digest, previous, end)
                previous = digest

    def lines_with(self, words: Collection[str]) -> Iterator[Line]:
        """Yield the lines that have one of these words and can be read; whether lines cover each other is not asked."""
        sought = [word.encode() for word in words]
        try:
            descriptor = self._open()
        except FileNotFoundError:
            return
        with os.fdopen(descriptor, "rb") as file:
            end = 0
            for number, text in enumerate(iter(lambda: file.readline(_LINE_ALLOWED), b""), start=1):
                end += len(text)
                if text.endswith(b"\n") and any(word in text for word in sought):
                    yield _checked(text.rstrip(b"\n"), number, "", None, end)

    def _open(self) -> int:
        """Open the file to read it. O_NONBLOCK: a pipe put in its place must not make us wait."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "what lies in its place is no file", str(self.path))
        return descriptor


def _checked(line: bytes, number: int, digest: str, previous: str | None, end: int) -> Line:
    """Return a line as it is read, with what does not hold; `previous` None: what it covers is not asked."""
    try:
        told = _read(line)
    except ValueError as error:
        return Line(number, digest, end, trouble=str(error))
    trouble = ""
    if told["line"] != number:
        trouble = f"it is numbered {told['line']}: a line was taken out or put in"
    elif previous is not None and told["previous"] != previous:
        trouble = "it does not cover the line before, which was changed, taken out or put in"
    return Line(number, digest, end, told["time"], Head(told["chain"], told["entries"], told["hash"]), trouble)


def _read(line: bytes) -> dict[str, Any]:
    """Return a line's fields; ValueError where it is none of ours."""
    try:
        told = json.loads(line)
        if [type(told[name]) for name in ("line", "time", "chain", "entries", "hash", "previous")] != [
            int,
            str,
            str,
            int,
            str,
            str,
        ]:
            raise TypeError
        if not all(told[name].isascii() and told[name].isprintable() for name in ("time", "chain", "hash")):
            raise ValueError
    except (ValueError, TypeError, KeyError):
        raise ValueError("it is no published head") from None
    return dict(told)


def _text_of(number: int, now: str, head: Head, previous: str) -> bytes:
    """Return a line without its end."""
    told = {"line": number, "time": now, "chain": head.chain, "entries": head.entries}
    return json.dumps(told | {"hash": head.hash, "previous": previous}, separators=(",", ":")).encode()


def _whole_part(descriptor: int) -> tuple[int, bytes]:
    """Return the size of the file up to its last whole line, and that line. What is too long for a line is one."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - 2 * _LINE_ALLOWED)
    tail = os.pread(descriptor, size - start, start)
    end = tail.rfind(b"\n") + 1
    if len(tail) - end >= _LINE_ALLOWED:
        return size, tail[end:]
    return start + end, tail[:end].rstrip(b"\n").rsplit(b"\n", 1)[-1]


def _place_of(descriptor: int, last: bytes) -> tuple[int, str]:
    """Return the number and the hash of the last line. One that cannot be read is counted, and covered as it is."""
    if not last:
        return 0, ""
    digest = hashlib.sha256(last).hexdigest()
    try:
        return int(_read(last)["line"]), digest
    except ValueError:
        with open(os.dup(descriptor), "rb") as file:  # noqa: PTH123  (an open file has no path)
            file.seek(0)
            return sum(1 for _ in file), digest


def _write_all(descriptor: int, text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[os.write(descriptor, view) :]
