"""A file of mail is divided into its messages: none lost, none doubled, each where it begins."""

import io
import tracemalloc
from pathlib import Path

import pytest

from tests.mail.letters import BEGIN, letter, mbox, packed
from tickets.mail.archive import EML, MBOX, Archive, open_archive
from tickets.mail.mbox import Piece, split_mbox


def split(raw: bytes) -> list[Piece]:
    """Return the messages of an archive."""
    return list(split_mbox(io.BytesIO(raw)))


def opened(file: Path, raw: bytes) -> tuple[Archive, list[Piece]]:
    """Write a file; return it as an archive of which all was read, and its messages."""
    file.write_bytes(raw)
    with open_archive(file) as archive:
        return archive, list(archive.pieces())


MAILS = [letter(f"Text {number}\n", message_id=f"{number}@x") for number in range(3)]


def test_each_message_comes_back_with_its_place() -> None:
    raw = mbox(*MAILS)
    pieces = split(raw)
    assert [piece.raw for piece in pieces] == MAILS
    assert [raw[piece.offset :].startswith(mail) for piece, mail in zip(pieces, MAILS, strict=True)] == [True] * 3
    assert pieces[0].envelope == "Mon Jan  2 03:04:05 2023"


@pytest.mark.parametrize(
    "text",
    [
        "From the start\n", "\nFrom the start\n", ">From here\n>>From there\n",
        "\nFrom kim@x Mon Jan  2 03:04:05 2023 he wrote:\nwords\n",
        "\nFrom kim@x Mon Jan  2 03:04:05 2023\nFrom: him\n",
    ],
)  # fmt: skip
def test_text_that_begins_like_a_message_is_text(text: str) -> None:
    assert [piece.raw for piece in split(mbox(letter(text), *MAILS))] == [letter(text), *MAILS]


@pytest.mark.parametrize("text", ["From the start\n", "\nFrom the start we said:\nno\n"])
def test_an_archive_that_quotes_nothing_is_divided_all_the_same(text: str) -> None:
    raw = BEGIN + letter(text) + b"\n" + mbox(*MAILS)
    assert [piece.raw for piece in split(raw)] == [letter(text), *MAILS]


@pytest.mark.parametrize("gap", [b"", b"\n", b"\n\n\n"])
def test_more_or_fewer_blank_lines_divide_messages(gap: bytes) -> None:
    raw = gap.join(BEGIN + mail for mail in MAILS)
    assert [piece.raw.rstrip() for piece in split(raw)] == [mail.rstrip() for mail in MAILS]


def test_line_ends_of_windows() -> None:
    pieces = split(mbox(*MAILS).replace(b"\n", b"\r\n"))
    assert [piece.raw for piece in pieces] == [mail.replace(b"\n", b"\r\n") for mail in MAILS]


def test_what_stands_before_the_first_message_is_not_passed_over() -> None:
    pieces = split(b"\n\nnotes of somebody\n\n" + mbox(*MAILS))
    assert [piece.raw for piece in pieces] == [b"notes of somebody\n", *MAILS]


def test_a_message_larger_than_what_is_kept_is_said_not_to_be_whole() -> None:
    pieces = split(BEGIN + letter() + (b"x" * 7000 + b"\n") * 10_000 + b"\n" + mbox(*MAILS))
    assert [piece.whole for piece in pieces] == [False, True, True, True]
    assert len(pieces[0].raw) <= 64 * 1024 * 1024


@pytest.mark.parametrize("read", [1, 2, 7, 64, 1000])
def test_it_is_all_the_same_how_much_is_read_at_once(monkeypatch: pytest.MonkeyPatch, read: int) -> None:
    raw = b"\nbefore\n\n" + mbox(letter("\nFrom the start\n\n>From x\n"), *MAILS) + BEGIN[:20]
    expected = split(raw)
    assert [piece.raw for piece in expected][1:4] == [letter("\nFrom the start\n\n>From x\n"), *MAILS[:2]]
    monkeypatch.setattr("tickets.mail.mbox.READ", read)
    assert split(raw) == expected


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    file = tmp_path / "big.mbox"
    with file.open("wb") as out:
        for _ in range(40):
            out.write(mbox(*[letter("y" * 76 + "\n" * 2000)] * 20))
    tracemalloc.start()
    with file.open("rb") as stream:
        assert sum(1 for _ in split_mbox(stream)) == 800
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("raw", "form"), [(MAILS[0], EML), (mbox(*MAILS), MBOX), (packed(MAILS[0]), EML), (packed(mbox(*MAILS)), MBOX)]
)
def test_the_form_is_told_by_the_bytes(tmp_path: Path, raw: bytes, form: str) -> None:
    archive, pieces = opened(tmp_path / "named.wrongly", raw)
    assert (archive.form, [piece.raw for piece in pieces]) == (form, MAILS if form == MBOX else MAILS[:1])
    assert archive.damage == ""


def test_two_packed_files_in_one(tmp_path: Path) -> None:
    _, pieces = opened(tmp_path / "a.gz", packed(mbox(*MAILS[:1])) + packed(mbox(*MAILS[1:])))
    assert [piece.raw for piece in pieces] == MAILS


@pytest.mark.parametrize(
    ("harm", "damage"),
    [
        (lambda raw: raw[:-40], "the packed file ends early"),
        (lambda raw: raw[:-8] + bytes(8), "the packed file is damaged"),
        (lambda raw: raw + b"something else", "behind the packed file stand other bytes"),
    ],
)
def test_a_damaged_file_gives_what_can_be_read_and_says_so(tmp_path: Path, harm: object, damage: str) -> None:
    many = [letter(f"{number} {number * 7919 % 1000}\n", message_id=f"{number}@x") for number in range(300)]
    archive, pieces = opened(tmp_path / "cut.gz", harm(packed(mbox(*many))))  # type: ignore[operator]
    assert archive.damage == damage
    assert pieces[-1].whole is False
    assert [piece.raw for piece in pieces[:-1]] == many[: len(pieces) - 1]
    assert len(pieces) > 200


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    archive, _ = opened(tmp_path / "bomb.gz", packed(BEGIN + letter() + b"\n" * 100_000_000))
    assert "times as large" in archive.damage
