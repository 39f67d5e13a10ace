"""Streams to lines: numbers, offsets, and everything that lines can do to a reader."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.engine.reader import CUT, TOO_LONG, Line, LineReader
from ingest.engine.source import Damaged, Limits


def lines_of(*chunks: bytes, limits: Limits | None = None) -> list[Line]:
    return list(LineReader(iter(chunks), limits or Limits()))


def broken(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise Damaged("cut off")


def test_lines_have_numbers_and_offsets() -> None:
    assert [(line.number, line.offset, line.text) for line in lines_of(b"a\nbb\n", b"\nc")] == [
        (1, 0, "a"),
        (2, 2, "bb"),
        (3, 5, ""),
        (4, 6, "c"),
    ]


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\r\nb", ["a", "b"]),
        (b"a\rb\rc", ["a\rb\rc"]),
        (b"\xef\xbb\xbfa\nb", ["a", "b"]),
        (b"a\0b\n\0\0\n", ["a␀b", "␀␀"]),
        ("a\u2028b\x0bc\x85\n".encode(), ["a\u2028b\x0bc\x85"]),
    ],
)
def test_only_lf_ends_a_line(raw: bytes, texts: list[str]) -> None:
    assert [line.text for line in lines_of(raw)] == texts


def test_a_line_beyond_the_limit_is_passed_over_and_the_next_one_is_whole() -> None:
    limits = Limits(line_bytes=10)

    lines = lines_of(b"x" * 8, b"x" * 8, b"x" * 8 + b"\nshort\n" + b"y" * 11 + b"\n", b"z" * 30, limits=limits)

    assert [(line.number, line.offset, line.quality) for line in lines] == [
        (1, 0, TOO_LONG),
        (2, 25, "utf-8"),
        (3, 31, TOO_LONG),
        (4, 43, TOO_LONG),
    ]
    assert lines[1].text == "short"


def test_a_stream_that_breaks_off_gives_its_lines_and_marks_the_last() -> None:
    reader = LineReader(broken(b"a\nb\nc"), Limits())

    lines = list(reader)

    assert [(line.text, line.quality) for line in lines] == [("a", "utf-8"), ("b", "utf-8"), ("c", CUT)]
    assert reader.damage == "cut off"


@given(st.binary(max_size=400), st.lists(st.integers(64, 464), max_size=6))
def test_the_cut_into_chunks_changes_nothing(raw: bytes, cuts: list[int]) -> None:
    raw = b"date=2022-06-08 time=09:09:14 log_id=0200000001 type=statistics\n" + raw
    edges = [0, *sorted(cuts), len(raw)]
    chunks = [raw[a:b] for a, b in itertools.pairwise(edges) if a < b]

    assert lines_of(*chunks) == lines_of(raw)


@given(st.binary(max_size=400))
def test_offsets_are_where_the_lines_begin(raw: bytes) -> None:
    for line in lines_of(b"d" + raw):
        if line.offset and not line.quality.startswith("utf-16"):
            assert (b"d" + raw)[line.offset - 1 : line.offset] == b"\n"
