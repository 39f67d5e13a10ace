"""Which keys of a line can be believed, since subjects, addresses and message ids are the sender's text.

Quotes inside a value are not escaped, so a subject can try to look like ``disposition="Accept"``. Two things give it
away: the key stands twice, or it stands where the record never has it. Such keys are not used, and the line tells
nothing about the answer.
"""

from collections import Counter
from functools import lru_cache
from typing import Final

# Keys that say what was told or done, and those that say for whom.
DECIDING: Final = frozenset(
    {"disposition", "delivery_status", "classifier", "virus", "session_id", "to", "type", "subtype", "device_id"}
)
# Behind the subject comes one of these first: message_id in newer lines, mailer in older ones.
BEHIND_SUBJECT: Final = ("message_id", "mailer")
# Between the sender's address and the policy stands nothing that decides but the recipient.
SENDER_TO_POLICY: Final = ("from", "polid")


@lru_cache(maxsize=256)
def unclear_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of a history line, in its order, that stand twice or inside the sender's text."""
    unclear = {key for key, times in Counter(keys).items() if times > 1}
    unclear |= _between(keys, *SENDER_TO_POLICY) - {"to"}
    if "subject" in keys:
        rest = keys[keys.index("subject") + 1 :]
        for follower in BEHIND_SUBJECT:
            if follower in rest:
                unclear |= DECIDING.intersection(rest[: rest.index(follower)])
                break
    return tuple(sorted(unclear))


def _between(keys: tuple[str, ...], first: str, last: str) -> set[str]:
    """The deciding keys between two others."""
    if first not in keys or last not in keys:
        return set()
    return set(DECIDING.intersection(keys[keys.index(first) : keys.index(last)]))


def warning_of(unclear: tuple[str, ...]) -> str:
    """One sentence for the keys that were not used; only well-known keys are named, since others are the sender's."""
    names = ", ".join(key for key in unclear if key in DECIDING) or "another key"
    return f"not used, since it stands twice or inside the sender's text: {names}"
