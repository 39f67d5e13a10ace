"""Frames: any line of a packed stream at once, the same as read from its beginning, and never wrong text."""

import bz2
import gzip
import hashlib
import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from ingest.engine import framing
from ingest.engine.context import Cache, ContextLine, NoSuchLine, around_by_frames, cited_by_frames, lines_around
from ingest.engine.frames import ENTRY, FRAME, HEAD, TAIL, About, Entry, Frames, NoFrames, find, seal
from ingest.engine.framing import make_frames
from ingest.engine.reader import LineReader
from ingest.engine.source import KIB, MIB, Limits, Source

LIMITS = Limits(ratio=100_000)


def log(lines: int = 30_000, end: str = "\n") -> str:
    """Lines of different lengths, some of them Japanese."""
    chance = random.Random(5)
    return "".join(f"{n} 件名 {'x' * chance.randrange(200)}{end}" for n in range(1, lines + 1))


TEXTS: dict[str, Callable[[], bytes]] = {
    "lf": lambda: log().encode(),
    "crlf, no last line end": lambda: log(end="\r\n").encode()[:-2],
    "utf-16 with its mark": lambda: log(12_000).encode("utf-16"),
    # U+0A00 beside U+0100: bytes of a line feed that stand across two characters
    "utf-16-be": lambda: ("\ufeffa plain word\n" + ("\u0a00\u0100\u010a\u0041" * 40 + "\n") * 6_000).encode(
        "utf-16-be"
    ),
    "line feeds only": lambda: b"\n" * (FRAME + 17),
    "one line, no end": lambda: b"x" * (2 * MIB + 17),
    "lines longer than a frame": lambda: b"\n".join(
        [b"a", b"b" * (3 * MIB), b"c", b"d" * (FRAME - 2), b"", b"e" * (5 * MIB), b"f", b"g" * FRAME, b"", b"h"]
    ),
    "encodings by line": lambda: "\n".join(["件名" * 20_000] * 20).encode("iso2022_jp") + b"\n\x00\xff\xfe\n" * 9,
    "a few bytes": lambda: b"x\n",
}


def gz(raw: bytes) -> bytes:
    return gzip.compress(raw, 1)


def zipped(raw: bytes) -> bytes:
    """Two members; the log is the second."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/readme", b"nothing\n" * 100)
        archive.writestr("a/elog.log", raw)
    return packed.getvalue()


PACKED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "gz": (gz, ""),
    "zst": (lambda raw: zstandard.compress(raw, 1), ""),
    "bz2": (lambda raw: bz2.compress(raw, 1), ""),
    "zip": (zipped, "!/a/elog.log"),
    "plain": (bytes, ""),
}


@pytest.fixture(autouse=True)
def plain_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let plain files of any size get an index."""
    monkeypatch.setattr(framing, "PLAIN_FROM", 0)


class Piece:
    """A file, its frames, and the lines of one of its streams as the plain reader gives them."""

    def __init__(self, folder: Path, packed: bytes, name: str, raw: bytes) -> None:
        self.path = folder / "piece"
        self.path.write_bytes(packed)
        self.name, self.raw = name, raw
        self.source = Source(self.path, "piece")
        self.folder = folder / "frames"
        self.folder.mkdir()
        self.cache = Cache(self.folder, hashlib.sha256(packed).hexdigest())
        self.made = make_frames(self.source, blob=self.cache.sha256, folder=self.folder, limits=LIMITS)
        self.lines = list(LineReader(iter([raw[at : at + MIB] for at in range(0, len(raw), MIB)]), LIMITS))

    @property
    def file(self) -> Path:
        """The file of frames."""
        found = find(self.folder, self.name)
        assert found
        return found

    def some(self) -> list[tuple[int, int]]:
        """Places of lines: the first, the last, some between."""
        chosen = {
            0,
            1,
            len(self.lines) - 1,
            *random.Random(3).sample(range(len(self.lines)), min(4 if len(self.lines) < MIB else 1, len(self.lines))),
        }
        return [(one.number, one.offset) for n, one in enumerate(self.lines) if n in chosen]

    def by_frames(self, line: int, offset: int, context: int = 3) -> tuple[ContextLine, ...]:
        """The lines around one by frames alone."""
        where = (self.path, self.cache, self.name)
        return around_by_frames(*where, line=line, offset=offset, context=context, limits=LIMITS)

    def by_any(self, line: int, offset: int, *, cache: bool, context: int = 3) -> tuple[ContextLine, ...]:
        """The lines around one, with the cache or without."""
        return lines_around(
            self.source,
            label=f"piece{self.name}",
            line=line,
            offset=offset,
            context=context,
            limits=LIMITS,
            cache=self.cache if cache else None,
        )

    def frames(self) -> Frames:
        """A reader."""
        return Frames(self.file, name=self.name, blob=self.path, sha256=self.cache.sha256)


@pytest.fixture
def piece(tmp_path: Path) -> Piece:
    """A packed log of some frames."""
    raw = TEXTS["lf"]()
    return Piece(tmp_path, gz(raw), "", raw)


@pytest.mark.parametrize(
    ("packing", "text"),
    [("gz", text) for text in TEXTS]
    + [
        (packing, text)
        for packing in PACKED
        if packing != "gz"
        for text in ("lf", "utf-16 with its mark", "lines longer than a frame")
    ],
)
def test_the_lines_are_the_same_with_frames_and_without(tmp_path: Path, packing: str, text: str) -> None:
    pack, name = PACKED[packing]
    raw = TEXTS[text]()
    piece = Piece(tmp_path, pack(raw), name, raw)

    assert (piece.made[-1].name, piece.made[-1].bytes, piece.made[-1].lines) == (name, len(raw), len(piece.lines))
    for line, offset in piece.some():
        shown = piece.by_frames(line, offset)
        assert shown == piece.by_any(line, offset, cache=False) == piece.by_any(line, offset, cache=True)
        assert [one.line for one in shown if one.cited] == [line]


@pytest.mark.parametrize("text", TEXTS)
def test_lines_are_found_by_number_and_by_offset(tmp_path: Path, text: str) -> None:
    raw = TEXTS[text]()
    piece = Piece(tmp_path, gz(raw), "", raw)

    begins = {one.offset for one in piece.lines}
    with piece.frames() as frames:
        assert b"".join(frames.texts()) == raw
        assert all(FRAME // 2 <= len(part) <= FRAME for part in list(frames.texts())[:-1])
        for line, offset in piece.some():
            assert (frames.offset_of(line), frames.line_at(offset)) == (offset, line)
            if offset + 1 not in begins:
                assert frames.line_at(offset + 1) is None
        assert frames.offset_of(0) is frames.offset_of(len(piece.lines) + 1) is None
        assert frames.line_at(-1) is frames.line_at(len(raw)) is None


def test_all_lines_of_a_transaction_are_given_in_their_order(piece: Piece) -> None:
    places = piece.some()

    found = cited_by_frames(piece.path, piece.cache, "", reversed(places), LIMITS)

    assert [(one.line, one.offset) for one in found] == places
    assert [one.text for one in found] == [piece.lines[line - 1].text for line, _ in places]
    with pytest.raises(NoSuchLine):
        cited_by_frames(piece.path, piece.cache, "", [*places, (7, 3)], LIMITS)


def test_a_wrong_number_or_offset_is_refused_with_frames_as_without(piece: Piece) -> None:
    for line, offset in ((2, 0), (1, 1), (3, piece.lines[1].offset), (30_001, len(piece.raw)), (5, 10**12)):
        with pytest.raises(NoSuchLine):
            piece.by_frames(line, offset)
        with pytest.raises(NoSuchLine):
            piece.by_any(line, offset, cache=False)


def test_the_file_is_zstd_for_everybody(piece: Piece) -> None:
    with (
        piece.file.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as all_,
    ):
        assert all_.read() == piece.raw


@pytest.mark.parametrize("packing", ["gz", "plain"])
def test_of_an_empty_log_there_are_none(tmp_path: Path, packing: str) -> None:
    piece = Piece(tmp_path, PACKED[packing][0](b""), "", b"")

    assert (piece.made, list(piece.folder.iterdir())) == ([], [])


def test_a_plain_log_keeps_its_text_where_it_is(tmp_path: Path) -> None:
    raw = TEXTS["lf"]()
    piece = Piece(tmp_path, raw, "", raw)

    assert piece.file.stat().st_size < KIB
    piece.path.write_bytes(raw.replace(b"x", b"y"))
    with pytest.raises(NoFrames, match="damaged"):
        piece.by_frames(1, 0)


def test_of_two_members_with_one_name_the_first_is_meant(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", b"first\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"second\n")
    piece = Piece(tmp_path, packed.getvalue(), "!/a", b"first\n")

    assert [one.stream for one in piece.made] == [0]
    assert [one.text for one in piece.by_frames(1, 0)] == ["first"]


def test_only_what_is_wanted_is_framed(tmp_path: Path) -> None:
    raw = TEXTS["a few bytes"]()
    piece = Piece(tmp_path, zipped(raw), "!/a/elog.log", raw)
    folder = tmp_path / "others"
    folder.mkdir()

    made = make_frames(piece.source, blob="00" * 32, folder=folder, limits=LIMITS, wanted=["!/a/elog.log", "!/none"])

    assert [(one.stream, one.name) for one in made] == [(1, "!/a/elog.log")]


def test_of_a_stream_that_breaks_off_there_is_what_could_be_read(tmp_path: Path) -> None:
    raw = TEXTS["lf"]()
    piece = Piece(tmp_path, gz(raw)[: len(gz(raw)) * 2 // 3], "", raw)
    with piece.frames() as frames:
        assert frames.about.whole == 0
        assert 0 < frames.size < len(raw)
        assert raw.startswith(b"".join(frames.texts()))
        last = frames.about.lines
        places = [(line, frames.offset_of(line) or 0) for line in (1, last - 1, last)]

    for line, offset in places:
        assert piece.by_frames(line, offset) == piece.by_any(line, offset, cache=False)
    with pytest.raises(NoFrames, match="broke off"):
        piece.by_frames(30_000, piece.lines[-1].offset)


def test_what_does_not_read_back_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong:
        def __init__(self, level: int) -> None:
            self.packing = zstandard_compressor(level=level)

        def compress(self, data: bytes) -> bytes:
            return self.packing.compress(data.replace(b"x", b"y"))

    zstandard_compressor = zstandard.ZstdCompressor
    monkeypatch.setattr("zstandard.ZstdCompressor", Wrong)
    raw = TEXTS["lf"]()
    piece = Piece(tmp_path, gz(raw), "", raw)

    assert (piece.made, list(piece.folder.iterdir())) == ([], [])
    assert piece.by_any(1, 0, cache=True)[0].text == piece.lines[0].text


def test_frames_that_take_too_much_of_the_disk_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "ROOM", 0)
    monkeypatch.setattr(framing, "ROOM_TIMES", 0)
    piece = Piece(tmp_path, gz(b"abc\n"), "", b"abc\n")

    assert (piece.made, list(piece.folder.iterdir())) == ([], [])


def damages(size: int, index: int) -> Iterator[tuple[str, Callable[[bytes], bytes]]]:
    """Every way of breaking the file: cut, lengthened, a bit flipped in each part."""
    for end in (0, 1, TAIL - 1, TAIL + 5, size // 2, index, size - TAIL, size - 1):
        yield f"cut at {end}", lambda raw, end=end: raw[:end]  # type: ignore[misc]
    yield "more behind", lambda raw: raw + b"x"
    places = [0, 3, 4, 100, index // 2, index - 1, *range(index, size, 7), size - 1]
    for at in places:
        yield f"bit at {at}", lambda raw, at=at: raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :]  # type: ignore[misc]


def test_damage_of_any_part_is_found_and_never_gives_wrong_text(piece: Piece) -> None:
    good = piece.file.read_bytes()
    with piece.frames() as frames:
        index = len(good) - TAIL - len(frames) * ENTRY.size - HEAD.size
    places = piece.some()
    right = {place: piece.by_any(*place, cache=False) for place in places[:3]}
    for what, damage in damages(len(good), index):
        piece.file.chmod(0o600)
        piece.file.write_bytes(damage(good))
        with pytest.raises(NoFrames), piece.frames() as frames:
            for _ in frames.texts():
                pass
        for place, lines in right.items():
            try:
                assert piece.by_frames(*place) == lines, what
            except NoFrames:
                continue
    for place, lines in right.items():
        assert piece.by_any(*place, cache=True) == lines
    piece.file.write_bytes(good)
    assert piece.by_frames(*places[0]) == right[places[0]]


def sealed(good: bytes, about: About, change: Callable[[list[Entry]], None], **words: int) -> bytes:
    """The file with another index and trailer, all checksums in order, as a hostile hand would write it."""
    at = len(good) - TAIL - about.entries * ENTRY.size - HEAD.size
    raw = good[at + HEAD.size : len(good) - TAIL]
    entries = [Entry(*row) for row in ENTRY.iter_unpack(raw)]
    change(entries)
    index = b"".join(ENTRY.pack(*entry) for entry in entries)
    row = about._asdict() | {"entries": len(entries), "index_crc": zlib.crc32(index)} | words
    about = About(**row)
    return good[:at] + HEAD.pack(0x184D2A5D, len(index) + TAIL) + index + seal(about)


@pytest.mark.parametrize(
    ("field", "value"), [("at", 10**12), ("at", 5), ("begin", 2**60), ("packed", 2**32 - 1), ("packed", 0), ("crc", 0)]
)
def test_an_index_that_lies_is_found(piece: Piece, field: str, value: int) -> None:
    with piece.frames() as frames:
        about = frames.about

    def lie(entries: list[Entry]) -> None:
        entries[1] = entries[1]._replace(**{field: value})

    piece.file.write_bytes(sealed(piece.file.read_bytes(), about, lie))
    with pytest.raises(NoFrames), piece.frames() as frames:
        frames.text(1)


@pytest.mark.parametrize("words", [{"version": 2}, {"place": 2}, {"encoding": 3}, {"entries": 2**32 - 1}])
def test_a_trailer_of_another_kind_is_refused(piece: Piece, words: dict[str, int]) -> None:
    with piece.frames() as frames:
        about = frames.about
    piece.file.write_bytes(sealed(piece.file.read_bytes(), about, lambda _: None, **words))
    with pytest.raises(NoFrames):
        piece.by_frames(1, 0)


def test_a_frame_that_unpacks_to_more_than_it_may_makes_no_room_for_it(piece: Piece) -> None:
    bomb = zstandard.compress(bytes(200 * MIB))
    with piece.frames() as frames:
        about = frames.about
    good = piece.file.read_bytes()

    def lie(entries: list[Entry]) -> None:
        entries[:] = [entries[0]._replace(packed=len(bomb))]

    end = len(good) - TAIL - about.entries * ENTRY.size - HEAD.size
    hostile = sealed(bomb + b"\0" * (end - len(bomb)) + good[end:], about, lie, size=FRAME)
    piece.file.write_bytes(hostile)
    with pytest.raises(NoFrames, match="another size"):
        piece.by_frames(1, 0)


def test_frames_of_another_blob_or_stream_are_not_taken(piece: Piece) -> None:
    with pytest.raises(NoFrames, match="another"):
        Frames(piece.file, name="", blob=piece.path, sha256="00" * 32)
    with pytest.raises(NoFrames, match="another"):
        Frames(piece.file, name="!/a", blob=piece.path, sha256=piece.cache.sha256)
