"""Messages that no person wrote: bounces (RFC 3464), automatic answers and notices (RFC 3834)."""

from collections.abc import Sequence

from tickets.mail.headers import Head, ids_of, read_head
from tickets.mail.message import AUTO_REPLY, AUTOMATIC, BOUNCE, MAIL, Undelivered
from tickets.mail.parts import Part, cut_head

STATUS_READ = 256 * 1024
RECIPIENTS_READ = 200
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"})
_ANSWERS = ("x-autoreply", "x-autorespond", "x-auto-reply-from")
_POSTMASTERS = ("mailer-daemon@", "postmaster@", "mailer-daemon", "mail-daemon@")


def kind_of(head: Head, content_type: str, parameters: dict[str, str], senders: Sequence[str]) -> str:
    """Return what wrote a message, by its head alone: never by words of its subject."""
    if content_type == "multipart/report" and parameters.get("report-type", "").lower() == "delivery-status":
        return BOUNCE
    submitted = head.plain("auto-submitted").split(";", 1)[0].strip().lower()
    nobody = head.raw("return-path") is not None and head.plain("return-path").replace(" ", "") == "<>"
    postmaster = any(sender.startswith(_POSTMASTERS) for sender in senders)
    if postmaster and (nobody or head.raw("x-failed-recipients") is not None):
        return BOUNCE
    if submitted.startswith("auto-replied") or any(head.raw(name) is not None for name in _ANSWERS):
        return AUTO_REPLY
    if head.plain("precedence").lower() == "auto_reply":
        return AUTO_REPLY
    if (submitted and submitted != "no") or postmaster or nobody:
        return AUTOMATIC
    return MAIL


def undelivered_of(parts: Sequence[Part]) -> tuple[Undelivered, ...]:
    """Return what the delivery status of a bounce says, recipient by recipient."""
    found = []
    for part in parts:
        if part.content_type != "message/delivery-status":
            continue
        blocks = part.content[:STATUS_READ].replace(b"\r\n", b"\n").split(b"\n\n")
        for block in blocks[: RECIPIENTS_READ + 1]:
            head = read_head(block)
            recipient = _value(head, "final-recipient") or _value(head, "original-recipient")
            if recipient:
                words = (head.text("action").lower(), head.text("status"), _value(head, "diagnostic-code"))
                found.append(Undelivered(recipient, *(word[:500] for word in words)))
    return tuple(found)


def _value(head: Head, name: str) -> str:
    """Return a field like `rfc822; user@host` without its type."""
    return head.text(name).rpartition(";")[2].strip()[:500]


def returned_id(parts: Sequence[Part]) -> str:
    """Return the id of the message that a bounce brings back; empty where it brings none."""
    for part in parts:
        if part.content_type in _RETURNED:
            top, _ = cut_head(part.content[:STATUS_READ])
            found = ids_of(read_head(top).plain("message-id"))
            if found:
                return found[0]
    return ""
