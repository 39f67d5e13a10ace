"""The lines around a cited one: exact in plain and packed files, bounded in huge ones."""

import gzip
from pathlib import Path

import pytest

from ingest.engine.context import NoSuchLine, lines_around
from ingest.engine.source import MIB, Limits, Source

LINES = [f"line {n} 件名" for n in range(1, 501)]
RAW = "".join(f"{line}\n" for line in LINES).encode()


def offset_of(number: int, encoding: str = "utf-8") -> int:
    return len("".join(f"{line}\n" for line in LINES[: number - 1]).encode(encoding))


def write(folder: Path, raw: bytes) -> Source:
    path = folder / "a.log"
    path.write_bytes(raw)
    return Source(path, "a.log")


@pytest.mark.parametrize("number", [1, 2, 250, 499, 500])
@pytest.mark.parametrize("packed", [False, True])
def test_the_lines_on_both_sides_are_shown(tmp_path: Path, number: int, packed: bool) -> None:
    source = write(tmp_path, gzip.compress(RAW) if packed else RAW)

    lines = lines_around(source, label="a.log", line=number, offset=offset_of(number), context=3, limits=Limits())

    first, last = max(1, number - 3), min(500, number + 3)
    assert [line.line for line in lines] == list(range(first, last + 1))
    assert [line.text for line in lines] == LINES[first - 1 : last]
    assert [line.offset for line in lines] == [offset_of(n) for n in range(first, last + 1)]
    assert [line.line for line in lines if line.cited] == [number]


def test_a_member_of_an_archive_is_named_by_its_label(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/elog.log", RAW)
    source = Source(path, "piece")

    lines = lines_around(source, label="piece!/x/elog.log", line=2, offset=offset_of(2), context=1, limits=Limits())

    assert [line.line for line in lines] == [1, 2, 3]


def test_utf_16_is_shown_as_text(tmp_path: Path) -> None:
    source = write(tmp_path, RAW.decode().encode("utf-16-le"))

    lines = lines_around(source, label="a.log", line=3, offset=offset_of(3, "utf-16-le"), context=1, limits=Limits())

    assert [line.text for line in lines] == LINES[1:4]


@pytest.mark.parametrize(("line", "offset"), [(2, 3), (2, 0), (1, 14), (9999, 10**9)])
def test_a_place_where_no_line_begins_is_refused(tmp_path: Path, line: int, offset: int) -> None:
    with pytest.raises(NoSuchLine):
        lines_around(write(tmp_path, RAW), label="a.log", line=line, offset=offset, context=3, limits=Limits())


def test_a_wrong_number_in_a_packed_file_and_an_unknown_label_are_refused(tmp_path: Path) -> None:
    source = write(tmp_path, gzip.compress(RAW))

    for label, line, offset in (("a.log", 3, offset_of(2)), ("a.log", 501, len(RAW)), ("b.log", 1, 0)):
        with pytest.raises(NoSuchLine):
            lines_around(source, label=label, line=line, offset=offset, context=3, limits=Limits())
    with pytest.raises(NoSuchLine):
        lines_around(Source(tmp_path / "none", "x"), label="x", line=1, offset=0, context=1, limits=Limits())


def test_huge_lines_are_cut_and_few(tmp_path: Path) -> None:
    raw = b"\n".join([b"x" * (3 * MIB), b"cited", b"y" * (3 * MIB), b"z"])

    lines = lines_around(write(tmp_path, raw), label="a.log", line=2, offset=3 * MIB + 1, context=5, limits=Limits())

    assert [line.line for line in lines] == [2, 3]
    assert [len(line.text) for line in lines] == [5, 4096]
    assert [line.truncated for line in lines] == [False, True]
