"""What one line says, in the words of `docs/mail-truth.md`; every format maps its lines to these."""

import re
from collections.abc import Callable
from enum import IntEnum
from typing import Final, Literal, NamedTuple

Told = Literal["accepted", "refused", "deferred", "unknown"]
Scope = Literal["connection", "message", "recipient"]
Done = Literal[
    "delivered",
    "handed_over",
    "queued",
    "deferred",
    "bounced",
    "quarantined",
    "discarded",
    "expanded",
    "none",
    "unknown",
]
Copy = Literal["original", "bcc", "archive", "notification", "dsn", "alternate", "unknown"]

TOLD: Final[tuple[Told, ...]] = ("unknown", "accepted", "deferred", "refused")
DONE: Final[tuple[Done, ...]] = (
    "none",
    "unknown",
    "delivered",
    "handed_over",
    "queued",
    "deferred",
    "bounced",
    "quarantined",
    "discarded",
    "expanded",
)


_BRACKETED: Final = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]$")


class Kind(IntEnum):
    """What a line is about: the rules ask for it, the log's own type is kept beside it."""

    OTHER = 0
    HISTORY = 1  # the gateway's record of a message for a recipient
    UPDATE = 2  # a later record about the same message
    ENVELOPE = 3  # a message was taken in: sender and number of recipients
    REFUSAL = 4  # the answer to a step of the session: reject=…
    ANSWER = 5  # the same answer, repeated for a recipient
    DELIVERY = 6  # what the next hop said about a recipient
    DSN = 7  # a notice of non-delivery was made for somebody
    SPAM = 8  # a scanner's verdict
    VIRUS = 9  # a virus scanner's verdict


class Flag:
    """Bits beside the kind."""

    INFECTED = 1  # names an infection
    NOTIFICATION = 2  # a notification is one of the actions
    UNCLEAR = 4  # a key twice, or a place that the sender's text could have reached
    EVERYBODY = 8  # told for every original recipient of the message
    BARE = 16  # a delivery without any receipt
    UNKNOWN_WORD = 32  # a disposition or delivery status (or a bit of one) that nobody can name
    STATUS = 64  # the record says in a known word what became of the message (8.0)
    OWN_ID = 128  # the receipt has the form of the unit's own message ids


class Event(NamedTuple):
    """One line, read. Addresses are without brackets and in lower case.

    ``stamp`` is in milliseconds on the log's clock (None without a date), ``clock`` in milliseconds of the day,
    ``zone`` the offset where the line names one. ``key`` is the transaction, ``child`` the suffix behind it,
    ``session`` the id as it stands. ``words`` is what is compared with other lines: the receipt of a delivery, the
    answer of a refusal without its codes. ``envelope`` is the number of recipients that the envelope had, of a spam
    line the number of its scanner. ``digest`` stands for all fields of the record but the device: equal for the same
    line in the comma and the blank form.
    """

    kind: Kind
    type: str
    log: str
    stamp: int | None
    clock: int | None
    zone: str | None
    device: str | None
    session: str | None
    key: str | None
    child: str | None
    told: Told
    told_scope: Scope | None
    done: Done
    sender: str | None
    recipients: tuple[str, ...]
    client: str | None
    verdict: str | None
    verdict_code: str | None
    dispositions: tuple[str, ...]
    message: str | None
    flags: int
    envelope: int
    words: str
    digest: int
    warning: str | None
    keys: tuple[str, ...]
    values: tuple[str, ...]
    explain: Callable[[str], dict[str, str]]

    @property
    def fields(self) -> dict[str, str]:
        """The line's own keys, in its order; of a key that stands twice the first."""
        fields: dict[str, str] = {}
        for key, value in zip(self.keys, self.values, strict=True):
            fields.setdefault(key, value)
        return fields

    @property
    def copy(self) -> Copy:
        """Original or not, as far as one line tells; which copy it is, logs seldom say."""
        if self.kind is Kind.DSN:
            return "dsn"
        return "original" if self.recipients and self.child is None else "unknown"

    @property
    def client_ip(self) -> str | None:
        """The client's address: of its own key, else of the relay that the envelope came from."""
        if self.client or self.kind is not Kind.ENVELOPE:
            return self.client
        found = _BRACKETED.search(self.message_fields.get("relay", ""))
        return found[1] if found else None

    @property
    def message_fields(self) -> dict[str, str]:
        """The keys inside the message text."""
        return self.explain(self.message) if self.message else {}


class Unread(NamedTuple):
    """A line that the format could not read, and why."""

    reason: str
