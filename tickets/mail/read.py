"""One message, from its bytes to what it says. Whatever the bytes are, something is said of them, and no more than a
set amount is read: the original has the rest."""

import hashlib
import html
import re
from collections.abc import Sequence

import nh3

from tickets.mail.automatic import kind_of, returned_id, undelivered_of
from tickets.mail.charsets import decode, storable
from tickets.mail.dates import sent_of
from tickets.mail.headers import (
    Head,
    addresses_of,
    ids_of,
    own_id,
    parameters_of,
    read_head,
    told_of_ids,
)
from tickets.mail.message import BOUNCE, Attachment, Message, Recipient
from tickets.mail.nesting import well_nested
from tickets.mail.page import TAGS, Page, picture_ids, safe_page
from tickets.mail.parts import Part, cut_head, parts_of

TEXT_KEPT = 1024 * 1024  # characters of text, and of HTML
SUBJECT_KEPT = 2_000
NAME_KEPT = 255
TOKEN = re.compile(r"\[ZR#([0-9a-f]{26})\]", re.IGNORECASE)

# What the sender wrote; relays, filters and mailboxes put everything else in front.
_WRITTEN = (
    "message-id", "date", "from", "sender", "to", "cc", "subject", "in-reply-to", "references", "content-type",
    "content-transfer-encoding",
)  # fmt: skip
_BLOCK_END = re.compile(r"<(?=(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b)", re.IGNORECASE)


def read_message(raw: bytes, *, envelope: str = "") -> Message:
    """Return what a message says; `envelope` is the date of the archive's line before it, where there is one."""
    top, body = cut_head(raw)
    head = read_head(top)
    parts, damage = parts_of(head, body)
    if head.cut:
        damage.append("the head is longer than what is read of it")
    if not head.fields:
        damage.append("there is no head: this may be no mail")
    ids = {name: head.plain(name) for name in ("message-id", "references", "in-reply-to")}
    damage += told_of_ids(ids)
    content_type, parameters = parameters_of(head.plain("content-type"))
    senders = addresses_of(head.all("from"))
    kind = kind_of(head, content_type, parameters, [one.address for one in senders])
    text, page, attachments, told = _contents(parts)
    return Message(
        message_id=own_id(ids["message-id"]),
        sent=sent_of(
            head.plain("date"), [decode(value[:4096], "")[0] for value in head.all("received")[-50:]], envelope
        ),
        senders=senders,
        recipients=_recipients(head),
        subject=head.text("subject")[:SUBJECT_KEPT],
        tokens=tokens_of(head.text("subject")),
        references=ids_of(ids["references"]),
        in_reply_to=ids_of(ids["in-reply-to"]),
        text=text,
        html=page.html,
        left_out=page.left_out,
        attachments=attachments,
        kind=kind,
        undelivered=undelivered_of(parts) if kind == BOUNCE else (),
        returned=returned_id(parts) if kind == BOUNCE else "",
        damage=tuple(dict.fromkeys([*damage, *told])),
        fingerprint=fingerprint_of(head, raw, body),
    )


def tokens_of(subject: str) -> tuple[str, ...]:
    """Return the tokens of cases that a subject bears, each once."""
    return tuple(dict.fromkeys(match[1].lower() for match in TOKEN.finditer(subject)))


def fingerprint_of(head: Head, raw: bytes, body: bytes) -> str:
    """Return the SHA-256 of a message as its sender wrote it.

    Line ends, the folding of fields, the quoting of an archive and blank lines at the end are of the way it came. A
    message without an id, or whose head is not read to its end, is only the same where every byte of it is. Each field
    goes in with its length: none can hold what looks like the next one.
    """
    if head.raw("message-id") is None or head.cut:
        return hashlib.sha256(_even(raw)).hexdigest()
    written = hashlib.sha256()
    for name, value in head.fields:
        if name in _WRITTEN:
            even = re.sub(rb"\s+", b" ", value)
            written.update(b"%s:%d:%s" % (name.encode(), len(even), even))
    written.update(b"\n" + _even(body))
    return written.hexdigest()


def _even(raw: bytes) -> bytes:
    """Return bytes without what an archive or a relay does to them."""
    even = raw.replace(b"\r\n", b"\n")
    if b"From " in even:
        even = re.sub(rb"^>+From ", b"From ", even, flags=re.MULTILINE)
    return even.rstrip(b"\n\r \t")


def _recipients(head: Head) -> tuple[Recipient, ...]:
    """Return whom the message names, field by field."""
    named = [(name, one) for name in ("to", "cc", "bcc") for one in addresses_of(head.all(name))]
    return tuple(Recipient(name, one.name, one.address) for name, one in named)


def _contents(parts: Sequence[Part]) -> tuple[str, Page, tuple[Attachment, ...], list[str]]:
    """Return text, the page as it may be shown, attachments, and what was wrong with them."""
    texts: list[str] = []
    pages: list[str] = []
    attachments: list[Attachment] = []
    damage: list[str] = []
    for part in parts:
        if _is_shown(part):
            text, wrong = decode(part.content[: 4 * TEXT_KEPT], part.parameters.get("charset", ""))
            (pages if part.content_type == "text/html" else texts).append(text.replace("\r\n", "\n"))
            damage += [wrong] if wrong else []
        elif part.parent != "multipart/report" or part.content_type == "message/rfc822":
            attachments.append(_attachment(part, len(attachments) + 1))
    page = _cut("\n".join(pages), damage)
    text = _cut("\n\n".join(text for text in texts if text.strip()), damage)
    return text or text_of_page(page), safe_page(page, picture_ids(attachments)), tuple(attachments), damage


def _is_shown(part: Part) -> bool:
    """Whether a part is text of the message, and no file."""
    return part.content_type in {"text/plain", "text/html"} and part.disposition != "attachment" and not part.name


def _attachment(part: Part, number: int) -> Attachment:
    """Return a part as an attachment; one without a name is called by its number."""
    content_id = part.head.plain("content-id").strip("<> ")
    ending = ".eml" if part.content_type == "message/rfc822" else ""
    name = part.name.replace("\\", "/").rsplit("/", 1)[-1].strip() or f"part-{number}{ending}"
    image = part.content_type.startswith("image/")
    inline = part.disposition != "attachment" and image and bool(content_id)
    return Attachment(storable(name)[:NAME_KEPT], part.content_type[:127], inline, content_id[:255], part.content)


def _cut(text: str, damage: list[str]) -> str:
    """Return as much of a text as is kept beside the original."""
    if len(text) > TEXT_KEPT:
        damage.append(f"only the first {TEXT_KEPT:,} characters are shown; the original has them all")
    return text[:TEXT_KEPT]


def text_of_page(page: str) -> str:
    """Return the words of HTML, a line for a block."""
    if not page:
        return ""
    marked = _BLOCK_END.sub("\n<", well_nested(page, dict.fromkeys(TAGS, ())))
    bare = nh3.clean(marked, tags=set(), clean_content_tags={"script", "style", "title", "head"})
    lines = (" ".join(line.split()) for line in html.unescape(bare).splitlines())
    return re.sub(r"\n{3,}", "\n\n", storable("\n".join(lines))).strip()
