"""Read cited lines back from their sources, by offset where the file is plain, else by unpacking it once more."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from ingest.engine.containers import CHUNK, Member, Meter, members, open_source
from ingest.engine.encodings import decode_line, sniff_utf16
from ingest.engine.intake import Place
from ingest.engine.reader import BOM, LineReader, show_nul
from ingest.engine.records import Record
from ingest.engine.source import Damaged, Limits, Source

Wanted = dict[int, set[tuple[int, int]]]  # by place: line numbers and offsets
Texts = dict[tuple[int, int], str]  # by place and line number
HEAD: Final = 512


def read_back(
    records: Iterable[Record], places: list[Place], sources: list[Source], limits: Limits, known: Texts | None = None
) -> Texts:
    """The texts of records. A line that is gone (the file changed) is left out; ``known`` ones are not read again."""
    by_source: dict[int, Wanted] = defaultdict(lambda: defaultdict(set))
    texts: Texts = {}
    for record in records:
        if known and (text := known.get((record.place, record.line))) is not None:
            texts[record.place, record.line] = text
        else:
            by_source[places[record.place].source][record.place].add((record.line, record.offset))
    for source, wanted in by_source.items():
        try:
            texts.update(_from_source(sources[source], wanted, places, limits))
        except Damaged:
            continue
    return texts


def _from_source(source: Source, wanted: Wanted, places: list[Place], limits: Limits) -> Texts:
    texts: Texts = {}
    streams = {places[place].stream: place for place in wanted}
    handle, size = open_source(source)
    with handle:
        for stream, member in enumerate(members(source, Meter(limits, size), handle)):
            if (place := streams.pop(stream, None)) is None:
                continue
            if member.packed:
                found = _from_stream(member, wanted[place], limits)
            else:
                found = _from_file(source, wanted[place], limits)
            texts.update({(place, line): text for line, text in found})
            if not streams:
                break
    return texts


class _Window:
    """A piece of a stream that moves on: gives the lines that begin at offsets, asked for in their order."""

    def __init__(self, chunks: Iterator[bytes], line_bytes: int) -> None:
        self._chunks = chunks
        self._longest = line_bytes
        self._held = b""
        self._begin = 0

    def line(self, offset: int) -> bytes | None:
        """The bytes of a line without its feed, None where the stream ends before it."""
        while self._begin + len(self._held) <= offset:
            self._begin += len(self._held)
            self._held = next(self._chunks, b"")
            if not self._held:
                return None
        at = offset - self._begin
        while (end := self._held.find(b"\n", at)) < 0:
            chunk = next(self._chunks, b"")
            if not chunk or len(self._held) - at > self._longest:
                end = len(self._held)
                break
            self._held, self._begin, at = self._held[at:] + chunk, offset, 0
        return self._held[at : min(end, at + self._longest)]


def _from_stream(member: Member, wanted: set[tuple[int, int]], limits: Limits) -> Iterator[tuple[int, str]]:
    """Lines of a packed stream, in one pass to the last of them. In UTF-16 they are counted, else found by offset."""
    chunks = LineReader(member.chunks, limits).guarded()
    first = next(chunks, b"")
    chunks = itertools.chain((first,), chunks)
    if sniff_utf16(first):
        yield from _by_number(Member(member.label, chunks, packed=True), wanted, limits)
        return
    window = _Window(chunks, limits.line_bytes)
    for line, offset in sorted(wanted, key=lambda one: one[1]):
        if (raw := window.line(offset)) is not None:
            yield line, _text(raw)


def _by_number(member: Member, wanted: set[tuple[int, int]], limits: Limits) -> Iterator[tuple[int, str]]:
    numbers = {line for line, _ in wanted}
    for line in LineReader(member.chunks, limits):
        if line.number in numbers:
            yield line.number, line.text
            numbers.discard(line.number)
            if not numbers:
                return


def _from_file(source: Source, wanted: set[tuple[int, int]], limits: Limits) -> Iterator[tuple[int, str]]:
    with source.path.open("rb") as handle:
        if sniff_utf16(handle.read(HEAD)):
            handle.seek(0)
            chunks = iter(lambda: handle.read(CHUNK), b"")
            yield from _from_stream(Member(source.label, chunks, packed=False), wanted, limits)
            return
        for line, offset in sorted(wanted):
            handle.seek(offset)
            yield line, _text(handle.readline(limits.line_bytes).rstrip(b"\n"))


def _text(raw: bytes) -> str:
    """A line as the reader gives it."""
    return show_nul(decode_line(raw.rstrip(b"\r"))[0].lstrip(BOM))
