"""Every line that names an id: a transaction's own lines and those of its children, wherever they stand in a log.

Lines are searched as bytes and only a line that names an id is decoded, so a log is searched about as fast as it is
unpacked. What is told is that the line names the id: a sender's text can name one too.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.engine.containers import Member, Meter, members, open_source
from ingest.engine.encodings import sniff_utf16
from ingest.engine.reader import TOO_LONG, Line, LineReader
from ingest.engine.source import Damaged, Limits, Source
from ingest.engine.tally import show

MOST_MENTIONS: Final = 5_000
TEXT_LENGTH: Final = 4096
_FAMILY: Final = re.compile(r"[0-9A-Za-x]{8}\d{6}-[0-9A-Za-x]{8}\d{6}$", re.ASCII)  # digits behind it name a child
_WORD: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ASCII: Final = 0x7F
_DIGITS: Final = frozenset(b"0123456789")


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that names an id: which of those asked for, and with which digits of a child behind it."""

    label: str
    line: int
    offset: int
    id: str
    child: str
    text: str
    truncated: bool


@dataclass(slots=True)
class Mentions:
    """What was found. ``left_out`` counts lines beyond the most that are listed, ``broken`` are streams that were not
    read to their end, each with the reason."""

    found: list[Mention] = field(default_factory=list)
    left_out: int = 0
    broken: dict[str, str] = field(default_factory=dict)

    def add(self, label: str, line: Line, hit: tuple[str, str]) -> None:
        """Take a line in, as long as there is room."""
        if len(self.found) >= MOST_MENTIONS:
            self.left_out += 1
            return
        text = show(line.text, TEXT_LENGTH)
        self.found.append(Mention(label, line.number, line.offset, *hit, text, len(line.text) > TEXT_LENGTH))


def find_mentions(sources: Sequence[Source], ids: Sequence[str], limits: Limits) -> Mentions:
    """Search sources for lines that name one of the ids. Raises `ValueError` for an id that is empty or not ASCII."""
    if not ids or any(not one or not one.isascii() or not one.isprintable() for one in ids):
        raise ValueError("an id is printable ASCII, and there is at least one")
    written = dict.fromkeys(one for id_ in ids for one in (id_, id_.replace("/", "\\/")))  # the second is JSON's way
    wanted, mentions = [one.encode() for one in written], Mentions()
    for source in sources:
        try:
            handle, size = open_source(source)
        except Damaged as fault:
            mentions.broken[source.label] = str(fault)
            continue
        with handle:
            for member in members(source, Meter(limits, size), handle):
                _search(member, wanted, mentions, limits)
    return mentions


def _search(member: Member, wanted: list[bytes], mentions: Mentions, limits: Limits) -> None:
    """Search one stream; a line beyond the limit of a line is passed over, as it is when a log is read, and told."""
    reader, passed_over = LineReader(member.chunks, limits), 0
    chunks = reader.guarded()
    first = next(chunks, b"")
    chunks = itertools.chain((first,), chunks)
    if utf16 := sniff_utf16(first):
        for line in LineReader(chunks, limits):
            passed_over += line.quality == TOO_LONG
            if hit := _named(line.text.encode(errors="replace"), wanted):
                mentions.add(member.label, line, hit)
    else:
        for number, offset, raw in _lines_with(chunks, wanted, limits):
            if raw is None:
                passed_over += 1
            elif hit := _named(raw, wanted):
                mentions.add(member.label, reader.line(number, offset, raw, utf16), hit)
    reasons = [reader.damage] if reader.damage else []
    if passed_over:
        reasons.append(f"{passed_over} lines are longer than {limits.line_bytes} bytes: they were not searched")
    if reasons:
        mentions.broken[member.label] = "; ".join(reasons)


def _lines_with(
    chunks: Iterator[bytes], wanted: list[bytes], limits: Limits
) -> Iterator[tuple[int, int, bytes | None]]:
    """The lines that hold one of some words: number, offset, bytes without the feed; None for one that is too long."""
    number, begin, tail, too_long = 1, 0, b"", False
    for chunk in chunks:
        data = tail + chunk
        end = data.rfind(b"\n") + 1
        if not end:
            if too_long or len(data) > limits.line_bytes:  # it is not held: what matters is where the next one begins
                if not too_long:
                    yield number, begin, None
                begin, data, too_long = begin + len(data), b"", True
            tail = data
            continue
        skip = data.find(b"\n") + 1 if too_long else 0
        too_long = False
        for start, stop in _spans(data, skip, end, wanted):
            yield number + data.count(b"\n", 0, start), begin + start, data[start:stop]
        number, begin, tail = number + data.count(b"\n", 0, end), begin + end, data[end:]
    if tail and not too_long and any(word in tail for word in wanted):
        yield number, begin, tail


def _spans(data: bytes, begin: int, end: int, wanted: list[bytes]) -> list[tuple[int, int]]:
    """Where the lines of a piece stand that hold one of some words, in their order."""
    spans = set()
    for word in wanted:
        at = data.find(word, begin, end)
        while at >= 0:
            start, stop = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
            spans.add((start, stop))
            at = data.find(word, stop, end)
    return sorted(spans)


def _named(raw: bytes, wanted: list[bytes]) -> tuple[str, str] | None:
    """The first id that stands in a line as a word of its own, and the digits of a child behind it.

    A gateway writes a session's id with a ``q`` in front too. In front of an id, the second half of a character of two
    bytes (CP932) can look like a letter.
    """
    for word in wanted:
        family = _FAMILY.fullmatch(word.decode()) is not None
        at = raw.find(word)
        while at >= 0:
            stop = at + len(word)
            while family and stop < len(raw) and raw[stop] in _DIGITS:
                stop += 1
            begin = at - 1 if family and raw[at - 1 : at] == b"q" else at
            if not (_ends_in_word(raw, begin) or _begins_with_word(raw, stop)):
                return word.decode().replace("\\/", "/"), raw[at + len(word) : stop].decode()
            at = raw.find(word, at + 1)
    return None


def _ends_in_word(raw: bytes, end: int) -> bool:
    return end > 0 and raw[end - 1] in _WORD and not (end > 1 and raw[end - 2] > _ASCII)


def _begins_with_word(raw: bytes, begin: int) -> bool:
    return begin < len(raw) and raw[begin] in _WORD
