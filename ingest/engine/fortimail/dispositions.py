"""What the gateway says it did with a message: words joined by ``;``, or a bit set in hexadecimal.

Words are those seen in logs and the actions one can set (CLI reference 6.4–8.0). The table of bits is not public but
for 0x200; other bits are kept as numbers and mean nothing until somebody can say what.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.engine.event import Done, Flag, Told

LENGTH: Final = 512  # longer ones are not worth remembering
_HEX: Final = re.compile(r"0[xX][0-9a-fA-F]{1,16}$")
BITS: Final = {0x200: "Delay"}
MEANINGS: Final[dict[str, tuple[Told, Done]]] = {
    "reject": ("refused", "none"),
    "delay": ("deferred", "none"),
    "accept": ("accepted", "unknown"),
    "system quarantine": ("accepted", "quarantined"),
    "personal quarantine": ("accepted", "quarantined"),
    "domain quarantine": ("accepted", "quarantined"),
    "discard": ("accepted", "discarded"),
}
# Actions beside the decision: they say neither what the sender was told nor what became of the message.
BESIDE: Final = frozenset(
    {
        "notification",
        "defer disposition",
        "defer delivery",
        "archive",
        "bcc",
        "modify subject",
        "tag subject",
        "insert header",
        "insert disclaimer",
        "disclaimer",
        "rewrite recipient",
        "replace",
        "repackage",
        "relay",
        "deliver to alternate host",
        "deliver to original host",
        "encrypt",
        "none",
    }
)
_TOLD_ORDER: Final[tuple[Told, ...]] = ("refused", "deferred", "accepted")
_DONE_ORDER: Final[tuple[Done, ...]] = ("quarantined", "discarded", "unknown", "none")


class Disposition(NamedTuple):
    """``words`` as the log has them (bits nobody knows as ``0x…``); of several words the strongest gives ``told``."""

    words: tuple[str, ...]
    told: Told
    done: Done
    flags: int


def read_disposition(value: str) -> Disposition:
    """The words and meaning of a ``disposition`` field."""
    return _remembered(value) if len(value) <= LENGTH else _read(value)


def _read(value: str) -> Disposition:
    words = _bits(int(value, 16)) if _HEX.match(value) else tuple(w for w in map(str.strip, value.split(";")) if w)
    names = [word.casefold() for word in words]
    meanings = [MEANINGS[name] for name in names if name in MEANINGS]
    told: Told = next((t for t in _TOLD_ORDER if any(t == m[0] for m in meanings)), "unknown")
    done: Done = next((d for d in _DONE_ORDER if any(d == m[1] for m in meanings)), "none")
    unknown = any(name not in MEANINGS and name not in BESIDE for name in names)
    flags = (Flag.NOTIFICATION if "notification" in names else 0) | (Flag.UNKNOWN_WORD if unknown else 0)
    return Disposition(words, told, done if meanings else "unknown", flags)


_remembered: Final = lru_cache(maxsize=4096)(_read)


def _bits(value: int) -> tuple[str, ...]:
    return tuple(BITS.get(1 << n, hex(1 << n)) for n in range(value.bit_length()) if value >> n & 1)
