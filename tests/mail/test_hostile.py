"""Mails that mean harm: read to a set amount, told, and never a failure."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import mails
from tests.mail.letters import letter, mbox, mixed, part
from tickets.mail.archive import EML
from tickets.mail.headers import Address
from tickets.mail.mbox import Piece
from tickets.mail.message import Recipient, Undelivered
from tickets.mail.read import read_message


def test_a_head_of_ten_megabytes() -> None:
    message = read_message(letter(subject="a" * 10_000_000))
    assert len(message.subject) == 2000
    assert message.damage == ("the head is longer than what is read of it",)


def test_a_million_fields() -> None:
    message = read_message(b"X: y\n" * 1_000_000 + letter())
    assert message.damage == ("the head is longer than what is read of it",)
    assert message.text == "Hello.\n"


def test_ten_thousand_parts() -> None:
    message = read_message(mixed(*[part(b"x", "application/octet-stream")] * 10_000))
    assert len(message.attachments) == 2000
    assert message.damage == ("8000 parts beyond 2000 stand in the original only",)


def test_messages_within_messages_stay_attachments() -> None:
    inner = letter("the innermost")
    for _ in range(200):
        inner = letter(inner, Content_Type="message/rfc822")
    (one,) = read_message(inner).attachments
    assert one.content == inner.split(b"\n\n", 1)[1]


def test_multiparts_within_multiparts() -> None:
    inner = part(b"the innermost")
    for number in range(200):
        inner = mixed(inner, boundary=f"b{number}")
    message = read_message(inner)
    assert message.damage == ("parts within parts beyond what is read",)
    assert b"the innermost" in message.attachments[0].content


def test_a_message_that_ends_within_a_part() -> None:
    message = read_message(mixed(part(b"first"), part(b"second", "application/x")).rsplit(b"--edge--", 1)[0][:-3])
    assert (message.text, message.damage) == ("first", ("a part is not closed: the message ends early",))


def test_a_boundary_that_nobody_names() -> None:
    message = read_message(letter("--edge\n\nHello.\n", Content_Type="multipart/mixed"))
    assert (message.text, message.damage) == ("--edge\n\nHello.\n", ("a part names no boundary",))


def test_what_breaks_base64_breaks_no_more() -> None:
    body = part(b"SGVs*bG8g\n!!d29y\nbGQ", "text/plain", Content_Transfer_Encoding="base64")
    assert read_message(mixed(body)).text == "Hello world"


@pytest.mark.parametrize("raw", [b"", b"\n", b"\x00" * 1000, b"\xff" * 1000, b"From: \x00\xff\n\n\x00", b":\n:\n\n"])
def test_bytes_that_are_no_mail(raw: bytes) -> None:
    message = read_message(raw)
    assert "\x00" not in message.text + message.subject


CRUMBS = st.sampled_from([
    b"From: ", b"a@b", b"Content-Type: ", b"multipart/mixed; boundary=", b'"', b"x", b"\n", b"\r\n", b"--x", b"--x--",
    b"=?utf-8?B?", b"?=",
    b"\x00", b"\xff", b"\x1b$B", b"Date: ", b"Mon, 1", b"+9999", b"Subject: ", b";", b"*0*=", b"%",
    b"''", b"Message-ID: <", b">", b"References: ", b"base64", b"Content-Transfer-Encoding: ", b"text/html",
    b"<p", b"From ",
])  # fmt: skip


@given(st.lists(CRUMBS | st.binary(max_size=8), max_size=60).map(b"".join))
def test_any_bytes_at_all_are_read(raw: bytes) -> None:
    message = read_message(raw)
    for text in (message.text, message.subject, message.html, message.message_id, *message.damage):
        text.encode()  # no lone surrogate
    assert read_message(mbox(raw)).fingerprint


def test_no_text_of_a_mail_is_one_that_no_database_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a reader of mails lets through: NUL and halves of characters are made storable where a mail is told."""
    bad = "a\x00b\ud800c"
    read = read_message(mixed(part(b"x", "application/octet-stream; name=a")))
    texts: Any = dict.fromkeys(("message_id", "subject", "text", "html", "kind", "returned", "fingerprint"), bad)
    lists: Any = dict.fromkeys(("tokens", "references", "in_reply_to", "damage"), (bad,))
    spoilt = replace(
        read,
        **texts,
        **lists,
        sent=replace(read.sent, raw=bad, doubts=(bad,)),
        senders=(Address(bad, bad),),
        recipients=(Recipient(bad, bad, bad),),
        undelivered=(Undelivered(bad, bad, bad, bad),),
        attachments=(replace(read.attachments[0], name=bad, content_type=bad, content_id=bad),),
    )
    monkeypatch.setattr(mails, "read_message", lambda *_, **__: spoilt)
    told = orjson.dumps(mails.row_of(Piece(0, "", b"x", whole=True), EML, None)).decode()
    assert told.count("a\ufffdb\ufffdc") == 25
    assert "\\u0000" not in told
