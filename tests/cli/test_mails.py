"""`zenrei mails`: what a file of mail holds, for people and for the worker."""

import hashlib
import json
from pathlib import Path

import pytest

from cli.main import main
from tests.mail.letters import letter, mbox, mixed, packed, part


def told(capsysbinary: pytest.CaptureFixture[bytes], *words: str) -> tuple[int, list[dict[str, object]]]:
    """Run the command; return its exit code and the objects that it prints."""
    code = main(["mails", "--json", *words])
    return code, [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]


def test_each_original_and_attachment_lies_where_it_is_said_to(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    mails = [letter(message_id="a@x"), mixed(part(b"%PDF", "application/pdf; name=a.pdf"), message_id="b@x")]
    file = tmp_path / "a.mbox.gz"
    file.write_bytes(packed(mbox(*mails)))
    code, (first, second, end) = told(capsysbinary, str(file), "--into", str(tmp_path))
    assert (code, end) == (0, {"end": {"form": "mbox", "messages": 2, "unread": 0, "damage": ""}})
    stored = (tmp_path / "messages.bin").read_bytes()
    for row, mail in zip((first, second), mails, strict=True):
        place = row["original"]
        assert stored[place["offset"] :][: place["size"]] == mail  # type: ignore[index]
        assert place["sha256"] == hashlib.sha256(mail).hexdigest()  # type: ignore[index]
    (attachment,) = second["message"]["attachments"]  # type: ignore[index]
    assert (tmp_path / "parts.bin").read_bytes() == b"%PDF"
    assert (attachment["name"], attachment["sha256"]) == ("a.pdf", hashlib.sha256(b"%PDF").hexdigest())


def test_what_cannot_be_read_is_told_and_kept(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    file = tmp_path / "broken.msg"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100)
    code, (row, _) = told(capsysbinary, str(file), "--into", str(tmp_path))
    assert (code, row["message"]) == (3, None)
    assert str(row["unread"]).startswith("This is no message of Outlook that can be read")
    assert (tmp_path / "messages.bin").read_bytes() == file.read_bytes()


def test_people_get_a_line_for_each_mail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.mbox"
    file.write_bytes(mbox(letter(), letter(date=None, sender=None, subject="a\x1b[31m", Return_Path="<>")))
    assert main(["mails", str(file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2022-05-02 08:00  kim@vendor.example  Spam",
        "2023-01-02 03:04  nobody  a\ufffd[31m (automatic)",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty"),
        (bytes(range(256)) * 8, "This is no file of mail"),
        (packed(b"hello: world\n\nno mail\n"), "This is no file of mail"),
        (b"From here on\n\nit is prose.\n", "This is no file of mail"),
    ],
    ids=["empty", "random bytes", "packed text", "prose"],
)
def test_a_file_without_a_mail_ends_red_and_says_why(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], content: bytes, why: str
) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(content)
    assert main(["mails", str(file)]) == 3
    assert why in capsysbinary.readouterr().err.decode()
    code, rows = told(capsysbinary, str(file))
    assert (code, str(rows[-1]["end"]["damage"]).startswith(why)) == (3, True)  # type: ignore[index]


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mails", str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err
