"""What proves a delivery: the queue id that the next hop gave, with its address."""

import re
from typing import Final

from ingest.engine.fortimail.session import is_queue_id

_RELAY_IP: Final = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]\s*$")
_PROOF: Final = re.compile(r"\b(?:[Qq]ueued as |InternalId=)([0-9A-Za-z][0-9A-Za-z.\-_]{0,127})")
_ACCEPTED: Final = re.compile(r"Sent \(([0-9A-Za-z]{14}) Message accepted for delivery\)")
ACCEPTED: Final = " Message accepted for delivery)"
LOCAL_ADDRESSES: Final = frozenset({"::1", "0:0:0:0:0:0:0:1"})
LOCAL_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "localhost."})


def relay_address(relay: str) -> str | None:
    """The address in ``relay=name [address]``."""
    found = _RELAY_IP.search(relay)
    return found[1] if found else None


def is_own(relay: str, address: str | None) -> bool:
    """Whether a relay is the unit itself, as far as its name and address tell: 127.0.0.0/8, ::1, localhost."""
    if address is None:
        return relay.partition(" ")[0].lower() in LOCAL_NAMES
    return address.startswith("127.") or address in LOCAL_ADDRESSES or address.lower().startswith("::ffff:127.")


def receipt_of(stat: str, relay: str, address: str | None) -> tuple[str, bool]:
    """The receipt of a delivery, and whether there is none (a bare ``Sent``).

    It is the queue id with the relay's address, else the whole reply: equal receipts are one delivery.
    """
    if found := _PROOF.search(stat):
        return f"{found[1].rstrip('.')} {address or relay.strip()}", False
    stat = stat.strip()
    return stat, stat.lower() == "sent"


def receipt_id(stat: str) -> str | None:
    """The queue id alone, for people to read."""
    found = _PROOF.search(stat)
    return found[1].rstrip(".") if found else None


def own_id(stat: str) -> str | None:
    """The id in a sendmail reply when it has the form of this unit's own message ids: perhaps handed to itself."""
    found = _ACCEPTED.match(stat) if stat.endswith(ACCEPTED) else None
    return found[1] if found and is_queue_id(found[1]) else None


def is_own_id(stat: str) -> bool:
    """Whether `own_id` finds one."""
    return own_id(stat) is not None
