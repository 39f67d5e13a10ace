"""The last check: no value that was replaced stands in any exported byte, in any writing. Nothing is exported else."""

import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tickets.redact.forms import BASE64, encoded_writings, readings, writings
from tickets.redact.known import LEAST_DIGITS, KnownValues, Place, is_word
from tickets.redact.rows import Rows, words_of
from tickets.redact.values import SEARCHED, Entry, folded
from tickets.redact.vocabulary import own_words, vocabulary

SHORTEST: Final = 3  # characters; what is shorter is met by chance, and is replaced only where it stands
DEEPEST: Final = 3
_W: Final = "0-9a-z_"
_ALONE: Final = re.compile(r"[0-9a-z_\u00aa-\u1fff]")
_BEGINNING: Final = 7  # letters: no base64 that is looked for is shorter
# The numbers of an IPv4 address, apart: looked for at each place, since a sentence can hold numbers before them.
_APART: Final = re.compile(r"(?<![\d.,])(?=(\d{1,3})" + r"[\s.,_-]{1,3}(\d{1,3})" * 3 + r"(?![\d.,]*\d))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Leak:
    """A value that stands in an exported member, and how it is written there. As a text it does not tell the value."""

    member: str
    kind: str
    value: str
    how: str

    def __str__(self) -> str:
        return f"{self.member} holds a value of the kind {self.kind} {self.how}"


def searched(entries: Iterable[Entry]) -> list[Entry]:
    """Return the values that must stand nowhere. A bare word of logs, or of the pack's own texts, tells nothing."""
    return [entry for entry in entries if entry.kind in SEARCHED and not _is_common(entry)]


def _is_common(entry: Entry) -> bool:
    value = entry.canonical
    if entry.kind == "ip":
        return False
    return len(value) < SHORTEST or value in vocabulary() or value in own_words()


def find_leaks(archive: bytes, entries: Iterable[Entry], known: KnownValues | None = None) -> list[Leak]:
    """Unpack an archive to its last member and return every value that can be read there."""
    wanted = _Wanted(searched(entries), known or KnownValues(()))
    return [leak for name, content in _unpacked("", archive, 0) for leak in wanted.in_member(name, content)]


def _unpacked(name: str, content: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """Yield a member and all that it holds, names as contents too."""
    yield name, content
    if depth > DEEPEST:
        raise ValueError(f"{name} is packed deeper than a pack is made")
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield f"{name} (its comment)", archive.comment
            for info in archive.infolist():
                told = f"{name}/{info.filename}" if name else info.filename
                yield f"{told} (its name)", info.filename.encode("utf-8", "surrogatepass") + info.comment + info.extra
                yield from _unpacked(told, archive.read(info), depth + 1)
    elif content.startswith(b"\x1f\x8b"):
        yield from _unpacked(f"{name}/gunzipped", gzip.decompress(content), depth + 1)


class _Wanted:
    """The writings of all values, ready to be looked for by their first words."""

    def __init__(self, entries: Sequence[Entry], known: KnownValues) -> None:
        self._known = known
        self._plain = Rows[tuple[str, int, Entry]]()
        self._encoded: dict[str, list[tuple[str, Entry]]] = {}
        for entry in dict.fromkeys(entries):
            for writing in dict.fromkeys(writings(entry)):
                if words := words_of(writing, str):
                    self._plain.add(tuple(word for _, _, word in words), (writing, words[0][0], entry))
            for writing in dict.fromkeys((entry.canonical, folded(entry.original), entry.original)):
                for told in encoded_writings(writing):
                    self._encoded.setdefault(told[:_BEGINNING], []).append((told, entry))
        self._parts = {
            tuple(map(int, entry.canonical.split("."))): entry
            for entry in entries
            if entry.kind == "ip" and ":" not in entry.canonical
        }

    def in_member(self, name: str, content: bytes) -> Iterator[Leak]:
        """Yield what stands in a member."""
        text = content.decode("utf-8", "replace")
        for how, read in readings(text):
            told = folded(read)
            for entry in self._in_text(told):
                yield Leak(name, entry.kind, entry.original, f"({how})")
            for found in _APART.finditer(told) if self._parts else ():
                if spaced := self._parts.get(tuple(map(int, found.groups()))):
                    yield Leak(name, spaced.kind, spaced.original, f"(in parts, {how})")
            for place in self._known.find(told):
                if _is_told(told, place):
                    yield Leak(name, place.known.kind, place.known.value, f"(known to us, {how})")
        for run in BASE64.finditer(text):
            for at in range(run.start(), run.end() - _BEGINNING + 1):
                for told, entry in self._encoded.get(text[at : at + _BEGINNING], ()):
                    if text.startswith(told, at):
                        yield Leak(name, entry.kind, entry.original, "(in base64)")

    def _in_text(self, told: str) -> Iterator[Entry]:
        words = words_of(told, str)
        for at, (start, _, _) in enumerate(words):
            for _, (writing, before, entry) in self._plain.beginning_at(words, at):
                if start < before or not (found := _bounded(entry, writing).match(told, start - before)):
                    continue
                if entry.kind != "name" or is_word(told, found.start(), found.end()):
                    yield entry


def _is_told(text: str, place: Place) -> bool:
    """Whether a known value can be read at a place, and is no part of a longer word or a number by chance."""
    found, known = text[place.start : place.end], place.known
    if known.kind not in {"name", "address", "number"} and found != folded(known.value):
        return False
    if found.isascii() and (len(found) < SHORTEST or (found.isdigit() and len(found) < LEAST_DIGITS)):
        return False
    return not (_ALONE.match(found) and _ALONE.match(text[max(place.start - 1, 0) : place.start])) and not (
        _ALONE.match(found[-1]) and _ALONE.match(text, place.end)
    )


def _bounded(entry: Entry, writing: str) -> re.Pattern[str]:
    """Return the expression that finds a writing where it is no part of another value."""
    told = re.escape(writing)
    if entry.kind == "ip":
        if writing.isdigit() or writing.isalnum():
            return re.compile(rf"(?<![0-9a-wyz]){told}(?![0-9a-z])")
        if ":" in writing:
            return re.compile(rf"(?<![0-9a-f:]){told}(?![0-9a-f:])")
        return re.compile(rf"(?<!\d)(?<!\d\.){told}(?!\d)(?!\.\d)")
    before = f"(?<![{_W}])" if writing[:1].isascii() and writing[:1].isalnum() else ""
    behind = f"(?![{_W}])" if writing[-1:].isascii() and writing[-1:].isalnum() else ""
    return re.compile(before + told + behind)
