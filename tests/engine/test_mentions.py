"""Every line that names a transaction: those that a reader of each line would pick, in any packing."""

import gzip
import re
import zipfile
from pathlib import Path

import pytest

from ingest.engine.containers import CHUNK
from ingest.engine.mentions import MOST_MENTIONS, find_mentions
from ingest.engine.reader import LineReader
from ingest.engine.source import Limits, Source
from tests.engine.gateway import ID, OTHER_ID, answer, delivery, history, refusal
from tests.support.fortimail_log import make_log

LINES = [refusal(), answer(id_=OTHER_ID), delivery(suffix="0000"), history("Reject"), history(id_=OTHER_ID)]


def mentions(path: Path, *ids: str, limits: Limits | None = None) -> list[tuple[int, str]]:
    found = find_mentions([Source(path, "log")], ids or (ID,), limits or Limits())
    return [(one.line, one.child) for one in found.found]


def written(folder: Path, data: bytes, name: str = "a.log") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def test_the_lines_of_the_parent_and_of_its_children_are_found(tmp_path: Path) -> None:
    assert mentions(written(tmp_path, "\n".join(LINES).encode())) == [(1, ""), (3, "0000"), (4, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp932"])
def test_numbers_and_offsets_are_those_of_the_reader(tmp_path: Path, encoding: str) -> None:
    lines = [history(subject="件名"), *LINES * 3]
    bom = "\ufeff" if encoding == "utf-16-le" else ""
    data = (bom + "\r\n".join(lines)).encode(encoding)
    found = find_mentions([Source(written(tmp_path, data), "log")], [ID], Limits()).found
    read = [line for line in LineReader(iter([data]), Limits()) if ID in line.text]
    assert [(one.line, one.offset, one.text) for one in found] == [(one.number, one.offset, one.text) for one in read]
    assert len(found) == 10


def test_a_packed_log_and_a_member_of_an_archive_are_searched(tmp_path: Path) -> None:
    data = "\n".join(LINES).encode()
    assert mentions(written(tmp_path, gzip.compress(data), "a.log.gz")) == [(1, ""), (3, "0000"), (4, "")]
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.writestr("x/a.log", b"nothing\n")
        archive.writestr("b.log", data)
    found = find_mentions([Source(tmp_path / "logs.zip", "piece")], [ID], Limits()).found
    assert {one.label for one in found} == {"piece!/b.log"}


def test_lines_across_the_ends_of_chunks_are_found(tmp_path: Path) -> None:
    log = make_log(12_000)
    assert len(log) > 2 * CHUNK
    sessions = sorted(set(re.findall(rb'session_id="([^"]{29})', log)))
    for session in (sessions[0], sessions[len(sessions) // 2], sessions[-1]):
        own = [
            (number, sum(map(len, log.split(b"\n")[: number - 1])) + number - 1)
            for number, line in enumerate(log.split(b"\n"), 1)
            if session in line
        ]
        found = find_mentions([Source(written(tmp_path, log), "log")], [session.decode()], Limits()).found
        assert [(one.line, one.offset) for one in found] == own


def test_an_id_inside_another_word_is_no_mention(tmp_path: Path) -> None:
    lines = ["postfix/smtp[1]: 4F1A2: to=<a@b>", "postfix/smtp[1]: 4F1A23: to=<a@b>", "X4F1A2 (4F1A2)", "x 94F1A2 y"]
    assert mentions(written(tmp_path, "\n".join(lines).encode()), "4F1A2") == [(1, ""), (3, "")]


def test_several_ids_are_one_message(tmp_path: Path) -> None:
    path = written(tmp_path, b"4F1A2: queued as 5B2C3\n5B2C3: sent\n5B2C3 4F1A2\n")
    assert mentions(path, "4F1A2", "5B2C3") == [(1, ""), (2, ""), (3, "")]


def test_a_line_beyond_the_limit_is_passed_over_and_what_follows_keeps_its_place(tmp_path: Path) -> None:
    limits = Limits(line_bytes=2 * CHUNK)
    data = b"x" * (5 * CHUNK) + f" {ID}\n".encode() + "\n".join(LINES).encode()
    assert mentions(written(tmp_path, data), limits=limits) == [(2, ""), (4, "0000"), (5, "")]


def test_lines_that_are_too_long_are_told_since_they_may_name_it(tmp_path: Path) -> None:
    limits = Limits(line_bytes=2 * CHUNK)
    data = b"a\n" + f"{ID} ".encode() + b"x" * (5 * CHUNK) + b"\nb\n" + b"y" * (4 * CHUNK)
    for encoding in ("utf-8", "utf-16"):
        text = data.decode().encode(encoding)
        found = find_mentions([Source(written(tmp_path, text), "log")], [ID], limits)
        assert list(found.broken) == ["log"]
        assert found.broken["log"].startswith("2 lines are longer than")


@pytest.mark.parametrize(
    ("id_", "line"),
    [
        (ID, f"session_id=q{ID} x".encode()),
        (ID, "ア".encode("cp932") + ID.encode()),
        (ID, ID.encode() + "ア".encode("cp932")),
        ("A/b1", rb'{"qid":"A\/b1"}'),
    ],
    ids=["with a q", "behind CP932", "before CP932", "as JSON writes it"],
)
def test_other_spellings_are_mentions(tmp_path: Path, id_: str, line: bytes) -> None:
    found = find_mentions([Source(written(tmp_path, line + b"\n"), "log")], [id_], Limits()).found
    assert [(one.line, one.id) for one in found] == [(1, id_)]


def test_a_text_that_is_cut_says_so(tmp_path: Path) -> None:
    lines = f"{ID} {'x' * 5000}\n{ID}\n".encode()
    found = find_mentions([Source(written(tmp_path, lines), "log")], [ID], Limits()).found
    assert [one.truncated for one in found] == [True, False]


def test_what_is_not_read_to_its_end_is_told(tmp_path: Path) -> None:
    cut = written(tmp_path, gzip.compress("\n".join(LINES * 2000).encode())[:-200], "cut.log.gz")
    answer_ = find_mentions([Source(cut, "cut"), Source(tmp_path / "gone.log", "gone")], [ID], Limits())
    assert set(answer_.broken) == {"cut", "gone"}
    assert answer_.found


def test_very_many_lines_are_counted_beyond_the_most(tmp_path: Path) -> None:
    answer_ = find_mentions(
        [Source(written(tmp_path, (ID + "\n").encode() * (MOST_MENTIONS + 7)), "log")], [ID], Limits()
    )
    assert (len(answer_.found), answer_.left_out) == (MOST_MENTIONS, 7)


@pytest.mark.parametrize("ids", [[], [""], ["件名"], ["a\nb"]])
def test_what_is_no_id_is_refused(tmp_path: Path, ids: list[str]) -> None:
    with pytest.raises(ValueError, match="an id is printable ASCII"):
        find_mentions([Source(written(tmp_path, b"x"), "log")], ids, Limits())
