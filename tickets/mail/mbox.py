"""An mbox divided into its messages, a piece of the stream at a time and in bounded memory.

A message begins at a line `From ` that bears a date, that a blank line (or the beginning) precedes, and that a field
of a head follows: text that merely begins with the word is none. `>From ` is read as mboxrd has it, one `>` taken
off; mboxo wrote the same for the plain case.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

READ = 256 * 1024
KEPT = 64 * 1024 * 1024  # bytes of one message; what is beyond stays in the archive
LINE = 500  # bytes of a line that can begin a message
AHEAD = LINE + 200  # what has to be there to judge one

_BEGIN = re.compile(rb"From \S*(?:.*\s)?\d{1,2}:\d{2}(?::\d{2})?\s.*\d{4}|From \S+\s+.*\d{4}.*\d{1,2}:\d{2}")
_FIELD = re.compile(rb">?[!-9;-~]+[ \t]*:|>?From ")
_FIRST = re.compile(
    rb"(?:Return-Path|Received|Delivered-To|X-[\w-]+|Message-ID|Date|From|Subject)[ \t]*:", re.IGNORECASE
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A message of an archive: where it begins in the unpacked stream, the date of its line, its bytes.

    `whole` is false where it is longer than KEPT, or where the archive ends within it.
    """

    offset: int
    envelope: str
    raw: bytes
    whole: bool = True


@dataclass(slots=True)
class _Gathered:
    """The message that is being read. `begun` is false for what stands before the first one."""

    offset: int = 0
    envelope: str = ""
    begun: bool = False
    whole: bool = True
    kept: bytearray = field(default_factory=bytearray)

    def add(self, piece: bytes) -> None:
        """Take the next bytes, as many as are kept."""
        room = KEPT - len(self.kept)
        self.whole = self.whole and len(piece) <= room
        self.kept += piece[:room]

    def ended(self) -> Iterator[Piece]:
        """Yield it, without the blank line that divides it from the next. Blank lines before the first are nothing."""
        raw = bytes(self.kept)
        if not self.begun and not raw.strip():
            return
        if not self.begun:
            raw = raw.lstrip(b"\r\n")
        for end in (b"\r\n\r\n", b"\n\n"):
            if raw.endswith(end):
                raw = raw[: len(raw) - len(end) // 2]
                break
        yield Piece(self.offset, self.envelope, _QUOTED.sub(rb"\1", raw) if b">From " in raw else raw, self.whole)


def split_mbox(stream: IO[bytes]) -> Iterator[Piece]:
    """Yield the messages of an archive. What stands before the first one is yielded as a piece of its own, if anything
    but blank lines does: nothing is passed over."""
    window, start, gathered = b"", 0, _Gathered()  # `start`: where the window begins in the stream
    before = b"\n\n"  # the last bytes in front of the window: as if a blank line stood before the first
    ended = False
    while not ended:
        more = stream.read(READ)
        window, ended = window + more, not more
        at = 0  # up to here the window was looked through
        while (line := _begin(before, window, at)) is not None:
            if len(window) - line < AHEAD and not ended:
                break
            end = _end_of_begin(before, window, line)
            if end:
                gathered.add(window[:line])
                yield from gathered.ended()
                gathered = _Gathered(start + end, _date_of(window[line:end]), begun=True)
                before, window, start, at = b"\n\n", window[end:], start + end, 0
            else:
                at = line + 5
        sure = len(window) if ended else max((len(window) if line is None else line) - 5, 0)
        gathered.add(window[:sure])
        before, window, start = (before + window[max(sure - 4, 0) : sure])[-4:], window[sure:], start + sure
    yield from gathered.ended()


def _begin(before: bytes, window: bytes, at: int) -> int | None:
    """Return where the next line `From ` stands in the window, looked for from `at`."""
    if at == 0 and window.startswith(b"From ") and before.endswith(b"\n"):
        return 0
    found = window.find(b"\nFrom ", max(at - 1, 0))
    return None if found < 0 else found + 1


def _end_of_begin(before: bytes, window: bytes, line: int) -> int:
    """Return where the line ends, if it begins a message: one that bears a date, before a head. Else 0.

    Where no blank line precedes it (careless programs write none), the head must begin as heads do.
    """
    end = window.find(b"\n", line, line + LINE) + 1
    text = window[line : end or line + LINE]
    if (not end and len(window) > line + LINE) or not _BEGIN.match(text):
        return 0
    end = end or len(window)
    front = (before + window[max(line - 4, 0) : line])[-4:]
    following = window[end : end + 200]
    if front.endswith((b"\n\n", b"\n\r\n")):
        return end if not following or _FIELD.match(following) else 0
    return end if _FIRST.match(following) else 0


def _date_of(line: bytes) -> str:
    """Return the date of a line `From sender date`."""
    return line[5:].decode("ascii", "replace").strip().partition(" ")[2].strip()[:100]
