"""Read cited lines back from their sources, by offset where the file is plain, else by unpacking it once more."""

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


def read_back(records: Iterable[Record], places: list[Place], sources: list[Source], limits: Limits) -> Texts:
    """The texts of records. A line that is gone (the file changed) is left out."""
    by_source: dict[int, Wanted] = defaultdict(lambda: defaultdict(set))
    for record in records:
        by_source[places[record.place].source][record.place].add((record.line, record.offset))
    texts: Texts = {}
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


def _from_stream(member: Member, wanted: set[tuple[int, int]], limits: Limits) -> Iterator[tuple[int, str]]:
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
            text, _ = decode_line(handle.readline(limits.line_bytes).rstrip(b"\r\n"))
            yield line, show_nul(text.lstrip(BOM))
