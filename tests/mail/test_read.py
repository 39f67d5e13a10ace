"""One message is read as it is meant, and what cannot be read stays visible and is told."""

import base64
from datetime import UTC, datetime

import pytest

from tests.mail.letters import DATE, letter, mixed, part
from tickets.mail.read import read_message, text_of_page


def test_the_fields_of_a_plain_mail() -> None:
    message = read_message(
        letter("Hello.\r\n", references=["a@x", "b@x"], in_reply_to="b@x", Cc="Lee <Lee@Vendor.example>, odd")
    )
    assert (message.message_id, message.references, message.in_reply_to) == (
        "one@vendor.example", ("a@x", "b@x"), ("b@x",),
    )  # fmt: skip
    assert message.sent.at == datetime(2022, 5, 2, 8, tzinfo=UTC)
    assert message.sent.doubts == ()
    assert [(one.name, one.address) for one in message.senders] == [("Kim", "kim@vendor.example")]
    assert [(one.field, one.address) for one in message.recipients] == [
        ("to", "alice@example.jp"), ("cc", "lee@vendor.example"),
    ]  # fmt: skip
    assert (message.text, message.kind, message.damage) == ("Hello.\n", "mail", ())


@pytest.mark.parametrize(
    ("date", "received", "expected", "doubts"),
    [
        (None, None, None, ("date-missing",)),
        ("yesterday", None, None, ("date-unreadable",)),
        ("Mon, 2 May 2022 17:00:00", None, "2022-05-02T17:00", ("date-without-zone",)),
        ("Mon, 2 May 2022 17:00:00 JST", None, "2022-05-02T08:00", ()),
        ("Mon, 2 May 2022 17:00:00 -0000", None, "2022-05-02T17:00", ()),
        ("Thu, 1 Jan 1900 00:00:00 +0000", None, None, ("date-unreadable",)),
        ("Mon, 99 May 2022 17:00:00 +0900", None, None, ("date-unreadable",)),
        (None, DATE, "2022-05-02T08:00", ("date-missing", "date-from-received")),
        ("Mon, 2 May 2011 17:00:00 +0900", DATE, "2011-05-02T08:00", ("date-not-as-received",)),
    ],
)
def test_a_date_says_what_is_unsure_of_it(
    date: str | None, received: str | None, expected: str | None, doubts: tuple[str, ...]
) -> None:
    field = f"from a by b; {received}" if received else None
    sent = read_message(letter(date=date, Received=field)).sent
    assert (f"{sent.at:%Y-%m-%dT%H:%M}" if sent.at else None, sent.doubts) == (expected, doubts)
    assert sent.day_only == bool(doubts)


def test_without_any_date_the_line_of_the_archive_counts() -> None:
    sent = read_message(letter(date=None), envelope="Mon Jan  2 03:04:05 2023").sent
    assert sent.at == datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert sent.doubts == ("date-missing", "date-from-archive")
    assert sent.day_only


JAPANESE = "㈱サンプル ①迷惑メールの件、髙橋です"


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp", "iso-2022-jp"])
def test_japanese_text_and_subject_in_every_charset(charset: str) -> None:
    said = "迷惑メールの件です" if charset in {"euc-jp", "iso-2022-jp"} else JAPANESE
    raw = said.encode("cp932" if charset == "shift_jis" else charset)
    word = f"=?{charset}?B?{base64.b64encode(raw).decode()}?="
    message = read_message(letter(raw, subject=word, Content_Type=f"text/plain; charset={charset}"))
    assert (message.subject, message.text, message.damage) == (said, said, ())


def test_the_rows_that_microsoft_added_to_iso_2022_jp() -> None:
    raw = b"\x1b$B-!-jFbMF\x1b(B ok \x1b(I1\x1b(B"
    assert read_message(letter(raw, Content_Type="text/plain; charset=ISO-2022-JP")).text == "①㈱内容 ok ｱ"


def test_words_cut_within_a_character_are_joined() -> None:
    raw = JAPANESE.encode()
    words = [f"=?UTF-8?B?{base64.b64encode(piece).decode()}?=" for piece in (raw[:4], raw[4:9], raw[9:])]
    assert read_message(letter(subject="Re: " + "\n ".join(words) + " end")).subject == f"Re: {JAPANESE} end"


def test_a_token_is_found_in_a_subject_of_encoded_words() -> None:
    token = "0123456789abcdef0123456789"
    raw = f"回答 [ZR#{token.upper()}]".encode()
    words = [f"=?utf-8?B?{base64.b64encode(piece).decode()}?=" for piece in (raw[:20], raw[20:])]
    assert read_message(letter(subject="\n ".join(words))).tokens == (token,)


def test_raw_bytes_in_a_field_are_read_as_what_they_look_like() -> None:
    assert read_message(letter(subject="迷惑メール".encode("cp932"))).subject == "迷惑メール"
    assert read_message(letter(subject="迷惑メール".encode())).subject == "迷惑メール"


@pytest.mark.parametrize(
    ("raw", "charset", "text", "damage"),
    [
        ("é".encode(), "us-ascii", "é", "bytes beyond ASCII without a charset; read as utf-8"),
        (b"caf\xe9", "utf-8", "caf\ufffd", "1 characters are not utf-8"),
        (b"caf\xe9", "nonsense", "café", "the charset 'nonsense' is not known; read as windows-1252"),
        ("迷惑".encode(), "iso-8859-2", "迷惑", None),
        (b"abc", "rot13", "abc", "the charset 'rot13' is not known; read as ascii"),
        (rb"C:\new", "unicode_escape", r"C:\new", "the charset 'unicode_escape' is not known; read as ascii"),
        (rb"\u0041", "raw-unicode-escape", r"\u0041", "the charset 'raw-unicode-escape' is not known; read as ascii"),
        (b"a\x00b", "utf-8", "a\ufffdb", ""),
    ],
)
def test_a_wrong_charset_loses_no_text_and_is_told(raw: bytes, charset: str, text: str, damage: str | None) -> None:
    message = read_message(letter(raw, Content_Type=f"text/plain; charset={charset}"))
    if damage is None:  # every byte is a character of that charset: it cannot be known to be wrong
        assert "\ufffd" not in message.text
        return
    assert (message.text, message.damage) == (text, (damage,) if damage else ())


@pytest.mark.parametrize(
    "named",
    [
        "attachment; filename*0*=iso-2022-jp''%1B$B%25%5E%25K; filename*1*=%25e%25%22%25k%1B%28B.pdf",
        "attachment; filename*=UTF-8''%E3%83%9E%E3%83%8B%E3%83%A5%E3%82%A2%E3%83%AB.pdf",
        'attachment; filename="=?utf-8?B?44Oe44OL44Ol44Ki44OrLnBkZg==?="',
        'attachment; filename="C:\\\\work\\\\マニュアル.pdf"',
        'attachment; filename="../../マニュアル.pdf"',
    ],
)
def test_the_name_of_an_attachment_in_every_spelling(named: str) -> None:
    (one,) = read_message(mixed(part(b"%PDF", "application/pdf", Content_Disposition=named))).attachments
    assert (one.name, one.content) == ("マニュアル.pdf", b"%PDF")


def test_text_html_and_attachments_are_told_apart() -> None:
    alternative = mixed(part(b"Hello."), part(b"<p>Hello.</p>", "text/html"), kind="alternative", boundary="inner")
    inner = b"Content-Type: multipart/alternative; boundary=inner\n\n" + alternative.split(b"\n\n", 1)[1]
    logo = part(b"R0lG", "image/gif", Content_ID="<logo>", Content_Transfer_Encoding="base64")
    log = part(b"date=2022-05-02\n", "text/plain; name=elog.log", Content_Disposition="attachment; filename=elog.log")
    message = read_message(mixed(inner, logo, log))
    assert (message.text, message.html) == ("Hello.", "<p>Hello.</p>")
    assert [(one.name, one.inline, one.content) for one in message.attachments] == [
        ("part-1", True, b"GIF"), ("elog.log", False, b"date=2022-05-02\n"),
    ]  # fmt: skip


def test_an_attached_message_is_an_attachment_bit_for_bit() -> None:
    inner = letter("From the inside\n", subject="=?utf-8?q?folded?=\n  subject")
    (one,) = read_message(mixed(part(inner, "message/rfc822"))).attachments
    assert (one.name, one.content) == ("part-1.eml", inner)


def test_a_page_without_text_is_read_as_text() -> None:
    page = "<html><head><title>x</title><style>p{}</style></head><body><p>One &amp; two</p>three<br>four</body></html>"
    assert read_message(letter(page, Content_Type="text/html")).text == "One & two\nthree\nfour"
    assert text_of_page("<script>alert(1)</script>a&lt;b&gt;") == "a<b>"


def test_the_name_beside_an_address_is_not_the_address() -> None:
    message = read_message(letter(sender='"kim@vendor.example" <evil@elsewhere.example>'))
    assert [one.address for one in message.senders] == ["evil@elsewhere.example"]
    two = read_message(letter(sender="kim@vendor.example, evil@elsewhere.example"))
    assert len(two.senders) == 2


def report(*, returned: bytes) -> bytes:
    """Return a bounce."""
    status = (
        b"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; Kim@vendor.example\nAction: Failed\n"
        b"Status: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n"
    )
    return mixed(
        part(b"Could not be delivered."),
        part(status, "message/delivery-status"),
        part(returned, "text/rfc822-headers"),
        Content_Type='multipart/report; report-type=delivery-status; boundary="edge"',
        sender="MAILER-DAEMON@mx.example",
    )


def test_a_bounce_says_whom_it_did_not_reach_and_which_mail() -> None:
    message = read_message(report(returned=letter(message_id="sent@example.jp").split(b"\n\n")[0]))
    (one,) = message.undelivered
    assert (one.recipient, one.action, one.status) == ("Kim@vendor.example", "failed", "5.1.1")
    assert one.diagnostic == "550 no such user"
    assert (message.kind, message.returned, message.attachments) == ("bounce", "sent@example.jp", ())


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"Auto_Submitted": "auto-replied (vacation)"}, "auto-reply"),
        ({"X_Autoreply": "yes"}, "auto-reply"),
        ({"Precedence": "auto_reply"}, "auto-reply"),
        ({"Auto_Submitted": "auto-generated"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"Auto_Submitted": "no"}, "mail"),
        ({"Precedence": "bulk"}, "mail"),
        ({"subject": "Out of office: Auto-Submitted: auto-replied"}, "mail"),
        ({"Return_Path": "<>", "sender": "postmaster@mx.example"}, "bounce"),
    ],
)
def test_what_no_person_wrote_is_known_by_its_fields(fields: dict[str, str], kind: str) -> None:
    assert read_message(letter(**fields)).kind == kind


def test_the_fingerprint_is_of_what_the_sender_wrote() -> None:
    raw = letter("Text\nFrom the start\n")
    same = [
        raw.replace(b"\n", b"\r\n"),
        raw.replace(b"\nFrom the", b"\n>From the"),
        b"Received: from a by b; " + DATE.encode() + b"\nX-Spam: no\n" + raw,
        raw.replace(b"Subject: Spam", b"Subject:\n Spam"),
        raw + b"\n\n",
    ]
    assert {read_message(one).fingerprint for one in [raw, *same]} == {read_message(raw).fingerprint}
    others = [raw + b"more", letter("Text\nFrom the start\n", subject="Ham"), letter(date=None)]
    assert len({read_message(one).fingerprint for one in [raw, *others]}) == 4


@pytest.mark.parametrize(
    ("forged", "genuine"),
    [
        (b"Subject: hello from:kim@vendor.example\n\nbody", b"Subject: hello\nFrom: kim@vendor.example\n\nbody"),
        (b"Subject: hello from:10:k@v.example\n\nbody", b"Subject: hello\nFrom: k@v.example\n\nbody"),
        (b"From: k@v.example\n\nbody", b"From: k@v.example\n\n\nbody"),
        (b"X-A: " + b"a" * 1_100_000 + b"\nFrom: a@x\n\nbody", b"X-A: " + b"a" * 1_100_000 + b"\nFrom: b@x\n\nbody"),
    ],
)
def test_no_field_passes_for_another(forged: bytes, genuine: bytes) -> None:
    """Whoever imports a forged twin first must not make the genuine mail one that is known already."""
    head = b"Message-ID: <x@y>\n"
    assert read_message(head + forged).fingerprint != read_message(head + genuine).fingerprint


def test_an_id_that_is_too_long_counts_for_nothing_and_is_told() -> None:
    long = "\N{CJK UNIFIED IDEOGRAPH-8FF7}" * 333
    message = read_message(letter(message_id=long, references=[long, "a@x"], in_reply_to=long[1:]))
    assert (message.message_id, message.references, message.in_reply_to) == ("", ("a@x",), (long[1:],))
    assert [told for told in message.damage if "998 bytes" in told] == [
        "the message-id has an id of more than 998 bytes, which counts for nothing",
        "the references has an id of more than 998 bytes, which counts for nothing",
    ]
    bare = read_message(letter(message_id=None, Message_ID="x" * 999))
    assert (bare.message_id, len(bare.damage)) == ("", 1)


def test_a_mail_without_an_id_is_the_same_only_byte_for_byte() -> None:
    raw = letter(message_id=None)
    assert read_message(raw).message_id == ""
    assert read_message(b"Received: from a by b\n" + raw).fingerprint != read_message(raw).fingerprint


@pytest.mark.parametrize(
    ("field", "expected"),
    [("<a@x><b@x>", ("a@x", "b@x")), ('Your message of "Tue" <a@x>', ("a@x",)), ("a@x", ()), ("<a\n b@x>", ())],
)
def test_ids_are_found_in_whatever_stands_around_them(field: str, expected: tuple[str, ...]) -> None:
    assert read_message(letter(In_Reply_To=field)).in_reply_to == expected
