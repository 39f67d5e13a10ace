"""The lines around a cited line, bounded in bytes whatever the file is."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from ingest.engine.containers import Member, Meter, members, open_source
from ingest.engine.encodings import decode_line, sniff_utf16
from ingest.engine.reader import BOM, LineReader, show_nul
from ingest.engine.source import MIB, Damaged, Limits, Source
from ingest.engine.tally import show

WINDOW: Final = 1 * MIB
TEXT_LENGTH: Final = 4096
MOST_LINES: Final = 200
HEAD: Final = 512


class NoSuchLine(LookupError):
    """The place names no line of the source; the message says why in one clause."""


@dataclass(frozen=True, slots=True)
class ContextLine:
    """One line near a cited one; ``cited`` marks that one. Text is cut at 4,096 characters."""

    line: int
    offset: int
    text: str
    truncated: bool
    cited: bool


def lines_around(
    source: Source, *, label: str, line: int, offset: int, context: int, limits: Limits
) -> tuple[ContextLine, ...]:
    """The line that begins at ``offset``, with up to ``context`` lines on both sides (fewer where they are huge).

    ``label`` names the stream as results do. Raises `NoSuchLine` where nothing of that number begins there.
    """
    context = max(0, min(context, MOST_LINES))
    try:
        handle, size = open_source(source)
        with handle:
            for member in members(source, Meter(limits, size), handle):
                if member.label == label:
                    if not member.packed and (lines := _from_file(source, line, offset, context)) is not None:
                        return lines
                    return _from_stream(member, line, offset, context, limits)
    except Damaged as fault:
        raise NoSuchLine(str(fault)) from fault
    raise NoSuchLine(f"there is no stream called “{label}” in it")


def _from_file(source: Source, line: int, offset: int, context: int) -> tuple[ContextLine, ...] | None:
    """Cut the lines out of one window around the offset; None for UTF-16, whose line ends are no single byte."""
    with source.path.open("rb") as handle:
        if sniff_utf16(handle.read(HEAD)):
            return None
        begin = max(0, offset - WINDOW)
        handle.seek(begin)
        before, after = handle.read(offset - begin), handle.read(WINDOW)
    if not after or (before and not before.endswith(b"\n")) or (not offset) != (line == 1):
        raise NoSuchLine("no line of that number begins at that offset")
    raw = before.split(b"\n")[:-1]
    if begin:
        raw = raw[1:]  # its beginning is outside the window
    lines, at = [], offset
    for distance, text in enumerate(reversed(raw[-context:] if context else []), 1):
        at -= len(text) + 1
        lines.append(_line(line - distance, at, text, cited=False))
    lines.reverse()
    at = offset
    parts = after.split(b"\n")
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    for distance, text in enumerate(parts[: context + 1]):
        lines.append(_line(line + distance, at, text, cited=not distance))
        at += len(text) + 1
    return tuple(lines)


def _line(number: int, offset: int, raw: bytes, *, cited: bool) -> ContextLine:
    text = show_nul(decode_line(raw[: 4 * TEXT_LENGTH].rstrip(b"\r"))[0].lstrip(BOM))
    return ContextLine(
        number, offset, show(text, TEXT_LENGTH), len(text) > TEXT_LENGTH or len(raw) > 4 * TEXT_LENGTH, cited
    )


def _from_stream(member: Member, line: int, offset: int, context: int, limits: Limits) -> tuple[ContextLine, ...]:
    """Read a packed stream up to the line, keeping the last few."""
    kept: deque[ContextLine] = deque(maxlen=context + 1)
    after: list[ContextLine] = []
    for one in LineReader(member.chunks, limits):
        cited = one.number == line
        if cited and one.offset != offset:
            break
        shown = ContextLine(one.number, one.offset, show(one.text, TEXT_LENGTH), len(one.text) > TEXT_LENGTH, cited)
        if one.number <= line:
            kept.append(shown)
        else:
            after.append(shown)
        if one.number >= line + context:
            break
    if not kept or not kept[-1].cited:
        raise NoSuchLine("no line of that number begins at that offset")
    return (*kept, *after)
