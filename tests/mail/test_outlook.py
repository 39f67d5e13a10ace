"""Messages of Outlook, as another library writes them."""

import contextlib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from aspose.email_foss.msg import MapiMessage

from tests.mail.letters import letter
from tickets.mail.archive import MSG, open_archive
from tickets.mail.outlook import NoOutlook, read_outlook


def outlook(**fields: str) -> bytes:
    """Return a .msg with a text, a page and an attachment."""
    mail = EmailMessage()
    words = {
        "From": "佐藤 <Sato@reseller.example>",
        "To": "Alice <alice@example.jp>",
        "Subject": "迷惑メールの件",
        "Date": "Mon, 02 May 2022 17:00:00 +0900",
        "Message-ID": "<one@reseller.example>",
        "In-Reply-To": "<zero@example.jp>",
        "References": "<first@example.jp> <zero@example.jp>",
    } | fields
    for name, value in words.items():
        mail[name] = value
    mail.set_content("ログをお送りください。")
    mail.add_alternative("<p>ログをお送りください。</p>", subtype="html")
    mail.add_attachment(b"date=2022-05-02\n", maintype="application", subtype="octet-stream", filename="記録.log")
    return bytes(MapiMessage.from_email_message(mail).to_bytes())


def test_a_message_of_outlook_says_what_its_mail_said() -> None:
    message = read_outlook(outlook())
    assert message.subject == "迷惑メールの件"
    assert message.text.strip() == "ログをお送りください。"
    assert "<p>ログをお送りください。</p>" in message.html
    assert [one.address for one in message.senders] == ["sato@reseller.example"]
    assert [(one.field, one.address) for one in message.recipients] == [("to", "alice@example.jp")]
    assert message.message_id == "one@reseller.example"
    assert (message.references, message.in_reply_to) == (
        ("first@example.jp", "zero@example.jp"), ("zero@example.jp",),
    )  # fmt: skip
    assert (message.sent.at, message.sent.doubts) == (datetime(2022, 5, 2, 8, tzinfo=UTC), ())
    assert [(one.name, one.content) for one in message.attachments] == [("記録.log", b"date=2022-05-02\n")]


def test_its_token_is_found() -> None:
    token = "0123456789abcdef0123456789"
    assert read_outlook(outlook(Subject=f"Re: [ZR#{token}]")).tokens == (token,)


def test_it_is_known_by_its_bytes(tmp_path: object) -> None:
    file = tmp_path / "a.eml"  # type: ignore[operator]
    file.write_bytes(outlook())
    with open_archive(file) as archive:
        assert archive.form == MSG
    file.write_bytes(letter())
    with open_archive(file) as archive:
        assert archive.form != MSG


@pytest.mark.parametrize("cut", [8, 100, 512, 1500, 4000])
def test_a_broken_one_is_said_to_be_broken(cut: int) -> None:
    with pytest.raises(NoOutlook):
        read_outlook(outlook()[:cut])


def test_any_byte_may_be_wrong() -> None:
    raw = outlook()
    for place in range(0, len(raw), 97):
        broken = raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :]
        with contextlib.suppress(NoOutlook):
            assert read_outlook(broken).fingerprint


def test_a_time_that_no_mail_was_sent_at_is_none() -> None:
    sent = read_outlook(outlook(Date="Sat, 01 Jan 1650 00:00:00 +0000")).sent
    assert (sent.at, sent.doubts) == (None, ("date-unreadable",))
