"""What proves a delivery: the queue id that the next hop gave, with its address."""

import re
from typing import Final

from ingest.engine.fortimail.session import is_queue_id

_RELAY_IP: Final = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]\s*$")
_QUEUED: Final = re.compile(r"\bqueued as ([0-9A-Za-z][0-9A-Za-z.\-_]{0,127})", re.IGNORECASE)
_INTERNAL: Final = re.compile(r"\bInternalId=(\d{1,40})")
_ACCEPTED: Final = re.compile(r"Sent \(([0-9A-Za-z]{14}) Message accepted for delivery\)")
LOCAL_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "localhost."})


def relay_address(relay: str) -> str | None:
    """The address in ``relay=name [address]``."""
    found = _RELAY_IP.search(relay)
    return found[1] if found else None


def is_own(relay: str) -> bool:
    """Whether a relay is the unit itself, as far as its name and address tell: 127.0.0.0/8, ::1, localhost."""
    address = relay_address(relay)
    if address is None:
        return relay.partition(" ")[0].lower() in LOCAL_NAMES
    address = address.lower().removeprefix("::ffff:")
    return address == "::1" or address.startswith("127.")


def receipt_of(stat: str, relay: str) -> tuple[str, bool]:
    """The receipt of a delivery, and whether there is none (a bare ``Sent``).

    It is the queue id with the relay's address, else the whole reply: equal receipts are one delivery.
    """
    found = _QUEUED.search(stat) or _INTERNAL.search(stat)
    if found:
        return f"{found[1].rstrip('.')} {relay_address(relay) or relay.strip()}", False
    return stat.strip(), stat.strip().lower() == "sent"


def receipt_id(stat: str) -> str | None:
    """The queue id alone, for people to read."""
    found = _QUEUED.search(stat) or _INTERNAL.search(stat)
    return found[1].rstrip(".") if found else None


def own_id(stat: str) -> str | None:
    """The id in a sendmail reply when it has the form of this unit's own message ids: perhaps handed to itself."""
    found = _ACCEPTED.match(stat)
    return found[1] if found and is_queue_id(found[1]) else None


def is_own_id(stat: str) -> bool:
    """Whether `own_id` finds one."""
    return own_id(stat) is not None
