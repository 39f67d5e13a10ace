"""What was read of a message: frozen, without the original, which is kept beside it."""

from dataclasses import dataclass, field
from datetime import datetime

from tickets.mail.dates import Sent
from tickets.mail.headers import Address

# What wrote a message: a person, a program that answers by itself, a program, or a relay that could not deliver.
MAIL, AUTO_REPLY, AUTOMATIC, BOUNCE = "mail", "auto-reply", "automatic", "bounce"
KINDS = (MAIL, AUTO_REPLY, AUTOMATIC, BOUNCE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is kept by itself. `inline`: the text shows it, like a logo, and it is no piece of evidence."""

    name: str
    content_type: str
    inline: bool
    content_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What a bounce says of one recipient (RFC 3464): `action` like `failed`, `status` like `5.1.1`."""

    recipient: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody whom a field (`to`, `cc`) names."""

    field: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `fingerprint` is the SHA-256 over what its sender wrote: not over what relays put in front.

    `html` is what of its page may be shown, `left_out` how many pictures of elsewhere that lacks (page.py).
    `references` and `in_reply_to` hold ids without brackets, `tokens` the tokens of cases in the subject; `returned`
    the id of the message that a bounce is about. `damage` tells in sentences what could not be read as it stands.
    """

    message_id: str
    sent: Sent
    senders: tuple[Address, ...]
    recipients: tuple[Recipient, ...]
    subject: str
    tokens: tuple[str, ...]
    references: tuple[str, ...]
    in_reply_to: tuple[str, ...]
    text: str
    html: str
    left_out: int
    attachments: tuple[Attachment, ...]
    kind: str
    undelivered: tuple[Undelivered, ...]
    returned: str
    damage: tuple[str, ...]
    fingerprint: str

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, as far as anything tells."""
        return self.sent.at
