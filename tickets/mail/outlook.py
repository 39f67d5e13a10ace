"""A message of Outlook (.msg): the properties of MAPI as the message that they stand for."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from oxmsg import Message as OutlookMessage

from tickets.mail.automatic import kind_of
from tickets.mail.charsets import storable
from tickets.mail.dates import EARLIEST, FROM_RECEIVED, LATEST, MISSING, UNREADABLE, Sent, sent_of
from tickets.mail.headers import Address, Head, addresses_of, ids_of, own_id, parameters_of, read_head, told_of_ids
from tickets.mail.message import MAIL, Attachment, Message, Recipient
from tickets.mail.page import picture_ids, safe_page
from tickets.mail.read import NAME_KEPT, SUBJECT_KEPT, TEXT_KEPT, text_of_page, tokens_of

# MS-OXPROPS: PidTagInternetMessageId, …References, PidTagInReplyToId, PidTagTransportMessageHeaders, addresses.
MESSAGE_ID, REFERENCES, IN_REPLY_TO, HEADERS = 0x1035, 0x1039, 0x1042, 0x007D
SENDER_NAME, SENDER_SMTP, REPRESENTING_SMTP, SENDER_ADDRESS = 0x0C1A, 0x5D01, 0x5D02, 0x0C1F
RECIPIENT_TYPE, RECIPIENT_SMTP, RECIPIENT_ADDRESS, RECIPIENT_NAME = 0x0C15, 0x39FE, 0x3003, 0x3001
DELIVERED, CONTENT_ID = 0x0E06, 0x3712
_FIELDS = {1: "to", 2: "cc", 3: "bcc"}


class NoOutlook(Exception):
    """The bytes are no message of Outlook that can be read; the message says why."""


def read_outlook(raw: bytes) -> Message:
    """Return what a .msg says; raises NoOutlook. Its own head, where it came over the net, counts before properties."""
    try:
        return _read(OutlookMessage.load(raw), raw)
    except RecursionError:
        raise NoOutlook("its folders lead in a circle") from None
    except Exception as error:  # a broken compound file raises whatever it leads the library into
        raise NoOutlook(f"{type(error).__name__}: {error}"[:300]) from error


def _read(found: OutlookMessage, raw: bytes) -> Message:
    """Return the message."""
    head = read_head(_text(found, HEADERS).encode("utf-8", "replace"))
    damage: list[str] = []
    page = _page(found, damage)[:TEXT_KEPT]
    attachments = tuple(_attachments(found, damage))
    shown = safe_page(page, picture_ids(attachments))
    content_type, parameters = parameters_of(head.plain("content-type"))
    senders = _senders(found, head)
    numbers = {"message-id": MESSAGE_ID, "references": REFERENCES, "in-reply-to": IN_REPLY_TO}
    ids = {name: head.plain(name) or _text(found, number) for name, number in numbers.items()}
    damage += told_of_ids(ids)
    subject = found.subject
    return Message(
        message_id=own_id(ids["message-id"]),
        sent=_sent(found, head),
        senders=senders,
        recipients=tuple(_recipients(found)),
        subject=storable(subject)[:SUBJECT_KEPT],
        tokens=tokens_of(subject),
        references=ids_of(ids["references"]),
        in_reply_to=ids_of(ids["in-reply-to"]),
        text=storable((found.body or "").replace("\r\n", "\n"))[:TEXT_KEPT] or text_of_page(page),
        html=shown.html,
        left_out=shown.left_out,
        attachments=attachments,
        kind=kind_of(head, content_type, parameters, [one.address for one in senders]) if head.fields else MAIL,
        undelivered=(),
        returned="",
        damage=tuple(dict.fromkeys(damage)),
        fingerprint=hashlib.sha256(raw).hexdigest(),
    )


def _text(found: Any, number: int) -> str:
    """Return a property that is text; empty where it is not there."""
    return storable(found.properties.str_prop_value(number) or "")


def _page(found: OutlookMessage, damage: list[str]) -> str:
    """Return the HTML of the message."""
    try:
        return storable(found.html_body or "")
    except (LookupError, UnicodeError) as error:
        damage.append(f"its HTML cannot be read: {error}"[:300])
        return ""


def _sent(found: OutlookMessage, head: Head) -> Sent:
    """Return when it was sent: by its head, else when Outlook gave it away, else when it was delivered."""
    if head.plain("date"):
        return sent_of(head.plain("date"), [value.decode("ascii", "replace") for value in head.all("received")])
    moment = found.sent_date or found.properties.date_prop_value(DELIVERED)
    if not isinstance(moment, datetime):
        return Sent(None, "", (MISSING,))
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # MAPI keeps its times in UTC
    if not EARLIEST <= zoned < LATEST:
        return Sent(None, zoned.isoformat(), (UNREADABLE,))
    return Sent(zoned.astimezone(UTC), zoned.isoformat(), () if found.sent_date else (MISSING, FROM_RECEIVED))


def _senders(found: OutlookMessage, head: Head) -> tuple[Address, ...]:
    """Return who sent it. An address of Exchange (`/o=…`) is none of the net, and matches nobody."""
    if head.raw("from"):
        return addresses_of(head.all("from"))
    for number in (REPRESENTING_SMTP, SENDER_SMTP, SENDER_ADDRESS):
        address = _text(found, number).strip().lower()
        if "@" in address:
            return (Address(_text(found, SENDER_NAME), address),)
    return ()


def _recipients(found: OutlookMessage) -> Iterator[Recipient]:
    """Yield whom it names."""
    for one in found.recipients:
        address = (_text(one, RECIPIENT_SMTP) or _text(one, RECIPIENT_ADDRESS)).strip().lower()
        field = _FIELDS.get(one.properties.int_prop_value(RECIPIENT_TYPE) or 1, "to")
        if "@" in address:
            yield Recipient(field, _text(one, RECIPIENT_NAME), address)


def _attachments(found: OutlookMessage, damage: list[str]) -> Iterator[Attachment]:
    """Yield what hangs on it; a message within the message has no bytes of its own, and is told."""
    for number, one in enumerate(found.attachments, start=1):
        content = one.file_bytes
        if content is None:
            damage.append("an attached message or object stands in the original only")
            continue
        name = storable(one.file_name or f"part-{number}").replace("\\", "/").rsplit("/", 1)[-1][:NAME_KEPT]
        kind = (one.mime_type or "application/octet-stream")[:127]
        content_id = _text(one, CONTENT_ID)[:255]
        yield Attachment(name, kind, bool(content_id) and kind.startswith("image/"), content_id, content)
