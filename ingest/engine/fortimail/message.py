"""The text of ``msg`` in mail event lines: sendmail's words about one step of a session or one delivery.

Addresses, message ids and host names in it come from the sender. They are taken off by their own grammar first, so
that a quoted local part such as ``<"x, stat=Sent"@example.com>`` is an address and nothing else. ``stat=`` and
``reject=`` are last and run to the end.
"""

import re
from typing import Final, NamedTuple

from ingest.engine.event import Done, Flag, Kind, Scope, Told
from ingest.engine.fortimail.receipts import is_own, is_own_id, receipt_of, relay_address

_ADDRESS: Final = r'<(?:[^<>"]++|"(?:[^"\\]++|\\.)*+")*+>'
_ONE: Final = rf'(?:{_ADDRESS}|[^<>,;"\s]++)'
_TO: Final = re.compile(rf"to=({_ONE}(?:,{_ONE})*+)(?:, ctladdr={_ONE}(?: \(\d+/\d+\))?)?(?:, (?=\w+=)|,?$)")
_EACH: Final = re.compile(_ONE)
_FROM: Final = re.compile(rf"from=({_ADDRESS}|[^<>,\"\s]*+)(?:,|$)")
_MILTER: Final = re.compile(
    rf"Milter(?: \([^)]{{0,64}}\))?: (?:cmd=)?(\w+)(?:=({_ADDRESS}|[^<>,\"\s]*+))?"
    r"(?:: host=[^,]*+, addr=[^,]*+)?, reject=(.*)",
    re.DOTALL,
)
_RULESET: Final = re.compile(rf"ruleset=(\w+)(?:, arg1=({_ADDRESS}|[^,\"]*+))?")
_DSN: Final = re.compile(rf"DSN: to ({_ONE})\s*(?:;|$)")
_DSN_SESSION: Final = re.compile(r"; ?sessionid:\s*([0-9A-Za-z\-]{1,128})\s*$")
_CODES: Final = re.compile(r"\s*(?:[245]\d\d[ -])?\s*(?:[245]\.\d{1,3}\.\d{1,3}\s+)?")
_NRCPTS: Final = re.compile(r"nrcpts=(\d{1,9})\b")
_WORD: Final = re.compile(r"[A-Za-z]+")
SAME_LENGTH: Final = 200  # msg is cut at 512 characters, and the answer is repeated behind a longer text than at first
STAGES: Final[dict[str, Scope]] = {
    "connect": "connection",
    "helo": "connection",
    "check_relay": "connection",
    "from": "message",
    "check_mail": "message",
    "data": "message",
    "header": "message",
    "eoh": "message",
    "body": "message",
    "eom": "message",
    "check_data": "message",
    "check_eoh": "message",
    "check_eom": "message",
    "to": "recipient",
    "rcpt": "recipient",
    "check_rcpt": "recipient",
}
_DONE_WORDS: Final[dict[str, Done]] = {
    "sent": "delivered",
    "deferred": "deferred",
    "queued": "queued",
    "expanded": "expanded",
}


class Message(NamedTuple):
    """What a ``msg`` says; spans are places inside it. ``words`` is what is compared with other lines."""

    kind: Kind = Kind.OTHER
    told: Told = "unknown"
    scope: Scope | None = None
    done: Done = "none"
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    client_ip: str | None = None
    fields: dict[str, str] | None = None
    words: str = ""
    flags: int = 0
    count: int = 0
    span: tuple[int, int] | None = None
    session: str = ""


NOTHING: Final = Message()
UNREADABLE: Final = Message(flags=Flag.UNCLEAR)


def read_message(message: str) -> Message:
    """What a mail event line says; `NOTHING` where it speaks of no mail."""
    if message.startswith("to="):
        return _read_to(message)
    if message.startswith("from="):
        return _read_from(message)
    if message.startswith("Milter"):
        return _read_milter(message)
    if message.startswith("ruleset="):
        return _read_ruleset(message)
    if message.startswith("DSN: "):
        return _read_dsn(message)
    return NOTHING


def plain_address(address: str) -> str:
    """An address as it is compared: without blanks and brackets, in lower case."""
    address = address.strip()
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1].strip()
    return address.lower()


def told_by_code(reply: str) -> Told:
    """A reply's first digit, where it is one: 5 refused, 4 deferred, 2 accepted."""
    if len(reply) >= 3 and reply[:3].isdigit():
        return {"5": "refused", "4": "deferred", "2": "accepted"}.get(reply[0], "unknown")  # type: ignore[return-value]
    return "unknown"


def answer_words(reply: str) -> str:
    """A reply without its codes, as far as two lines can repeat it."""
    return _CODES.sub("", reply, count=1).strip()[:SAME_LENGTH]


def _addresses(text: str) -> tuple[str, ...]:
    if "," not in text:
        return (plain_address(text),)
    return tuple(plain_address(one) for one in _EACH.findall(text))


def _pairs(text: str) -> dict[str, str]:
    return dict([pair.split("=", 1) for pair in text.split(", ") if "=" in pair])


def _read_to(message: str) -> Message:
    found = _TO.match(message)
    if found is None:
        return UNREADABLE
    recipients = _addresses(found[1])
    head, separator, stat = message[found.end() :].partition("stat=")
    if separator and head and not head.endswith(", "):
        return UNREADABLE._replace(recipients=recipients)
    fields = {"to": found[1]} | _pairs(head.removesuffix(", "))
    span = None
    if separator:
        fields["stat"] = stat
        span = (len(message) - len(stat) - 5, len(message))
    if fields.get("mailer") == "proxy":
        return _proxy(fields, stat, recipients, span)
    if "mailer" not in fields and "relay" not in fields:
        return Message(
            Kind.ANSWER, "unknown", "recipient", "none", None, recipients, None, fields, answer_words(stat), span=span
        )
    return _delivery(fields, stat, recipients, span)


def _delivery(fields: dict[str, str], stat: str, recipients: tuple[str, ...], span: tuple[int, int] | None) -> Message:
    """The next hop's word: what became of the message, never what the sender was told."""
    relay = fields.get("relay", "")
    done, flags, words = _done(stat, fields.get("dsn", "")), 0, ""
    if done == "delivered":
        words, bare = receipt_of(stat, relay)
        flags = (Flag.BARE if bare else 0) | (Flag.OWN_ID if is_own_id(stat) else 0)
        if is_own(relay):
            done, flags = "handed_over", flags | Flag.LOCAL
    return Message(Kind.DELIVERY, "unknown", None, done, None, recipients, None, fields, words, flags, span=span)


def _done(stat: str, dsn: str) -> Done:
    """By the word, else by the code; other words without a code are a failure (``User unknown``)."""
    word = _WORD.match(stat)
    if known := _DONE_WORDS.get(word[0].lower() if word else ""):
        return known
    if not stat:
        return "unknown"
    return {"2": "unknown", "4": "deferred"}.get(dsn[:1], "bounced")  # type: ignore[return-value]


def _proxy(fields: dict[str, str], stat: str, recipients: tuple[str, ...], span: tuple[int, int] | None) -> Message:
    """Proxy mode: the back end's answer is what the sender was told, and nothing is queued here."""
    told = told_by_code(stat)
    if told == "unknown":
        by_dsn = {"5": "refused", "4": "deferred", "2": "accepted"}.get(fields.get("dsn", "")[:1], "unknown")
        told = "accepted" if _done(stat, "") == "delivered" else by_dsn  # type: ignore[assignment]
    done: Done = "delivered" if told == "accepted" else "unknown" if told == "unknown" else "none"
    relay = f"[{fields.get('to_ip', '')}]"
    words, bare = receipt_of(stat, relay) if done == "delivered" else (answer_words(stat), False)
    flags = Flag.BARE if bare else 0
    return Message(Kind.DELIVERY, told, "recipient", done, None, recipients, None, fields, words, flags, span=span)


def _read_from(message: str) -> Message:
    """``from=<…>, size=…, nrcpts=…, msgid=<…>, proto=…, relay=name [ip]``: the message id is the sender's text."""
    found = _FROM.match(message)
    if found is None:
        return UNREADABLE
    head, _, tail = message[found.end() :].partition(" msgid=")
    count = _NRCPTS.search(head)
    relay = (tail or head).rpartition(", relay=")[2]
    fields = {"from": found[1]} | _pairs(head.strip(" ,"))
    if tail:
        msgid, _, rest = tail.partition(", proto=")
        fields |= {"msgid": msgid} | (_pairs(f"proto={rest}") if rest else {})
    return Message(
        Kind.ENVELOPE,
        sender=plain_address(found[1]),
        client_ip=relay_address(relay),
        fields=fields,
        count=int(count[1]) if count else 0,
    )


def _read_milter(message: str) -> Message:
    found = _MILTER.match(message)
    if found is None:
        return NOTHING
    return _refusal(found[1], found[2] or "", found[3], message, {"Milter": found[1], "reject": found[3]})


def _read_ruleset(message: str) -> Message:
    found = _RULESET.match(message)
    if found is None:
        return UNREADABLE
    head, separator, reply = message[found.end() :].partition(", reject=")
    if not separator:
        return NOTHING
    fields = {"ruleset": found[1], "arg1": found[2] or ""} | _pairs(head.lstrip(", ")) | {"reject": reply}
    return _refusal(found[1], found[2] or "", reply, message, fields)


def _refusal(stage: str, argument: str, reply: str, message: str, fields: dict[str, str]) -> Message:
    """The answer to one step: told for one recipient at RCPT, else for all of the message."""
    scope = STAGES.get(stage)
    told = told_by_code(reply) if scope else "unknown"
    recipients = (plain_address(argument),) if scope == "recipient" and argument else ()
    flags = Flag.EVERYBODY if scope in {"connection", "message"} else 0
    span = (len(message) - len(reply) - 7, len(message))
    sender = plain_address(argument) if stage in {"from", "check_mail"} and argument else None
    return Message(
        Kind.REFUSAL, told, scope, "none", sender, recipients, None, fields, answer_words(reply), flags, span=span
    )


def _read_dsn(message: str) -> Message:
    found = _DSN.match(message)
    if found is None:
        return NOTHING
    session = _DSN_SESSION.search(message)
    reason = message[found.end() :].strip()
    fields = {"DSN": found[1], "reason": reason}
    return Message(Kind.DSN, recipients=_addresses(found[1]), fields=fields, session=session[1] if session else "")
