"""The text of ``msg`` in mail event lines: sendmail's words about one step of a session or one delivery.

Addresses, message ids and host names in it come from the sender. They are taken off by their own grammar first, so
that a quoted local part such as ``<"x, stat=Sent"@example.com>`` is an address and nothing else. ``stat=`` and
``reject=`` are last and run to the end.
"""

import re
from typing import Final, NamedTuple

from ingest.engine.event import Done, Flag, Kind, Scope, Told
from ingest.engine.fortimail.receipts import is_own, is_own_id, receipt_of, relay_address

_ADDRESS: Final = r'<[^<>"]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^<>"]*)*>'
_ONE: Final = rf'(?:{_ADDRESS}|[^<>,;"\s]+)'
_TO: Final = re.compile(rf"to=({_ONE}(?:,{_ONE})*)(?:, ctladdr={_ONE}(?: \(\d+/\d+\))?)?(?:, (?=\w+=)|,?$)")
_EACH: Final = re.compile(_ONE)
_FROM: Final = re.compile(rf"from=({_ADDRESS}|[^<>,\"\s]*)(?:,|$)")
_MILTER: Final = re.compile(
    rf"Milter(?: \([^)]{{0,64}}\))?: (?:cmd=)?(\w+)(?:=({_ADDRESS}|[^<>,\"\s]*))?"
    r"(?:: host=[^,]*, addr=[^,]*)?, reject=(.*)",
    re.DOTALL,
)
_RULESET: Final = re.compile(rf"ruleset=(\w+)(?:, arg1=({_ADDRESS}|[^,\"]*))?")
_DSN: Final = re.compile(rf"DSN: to ({_ONE})\s*(?:;|$)")
_DSN_SESSION: Final = re.compile(r"; ?sessionid:\s*([0-9A-Za-z\-]{1,128})\s*$")
_CODES: Final = re.compile(r"\s*(?:[245]\d\d[ -])?\s*(?:[245]\.\d{1,3}\.\d{1,3}\s+)?")
_NRCPTS: Final = re.compile(r"nrcpts=(\d{1,9})\b")
_SENT: Final = ("Sent (", "Sent ")
_WORD: Final = re.compile(r"[A-Za-z]+")
_KEY: Final = re.compile(r"([A-Za-z_][\w\-]*)=")
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
_TOLD_BY_CODE: Final[dict[str, Told]] = {"5": "refused", "4": "deferred", "2": "accepted"}
_DONE_BY_CODE: Final[dict[str, Done]] = {"2": "unknown", "4": "deferred"}
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
    words: str = ""
    flags: int = 0
    envelope: int = 0
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
    return UNREADABLE if "reject=" in message else NOTHING


def plain_address(address: str) -> str:
    """An address as it is compared: without blanks and brackets, in lower case."""
    if address[:1] == "<" and address[-1:] == ">":
        address = address[1:-1]
    return address.strip().lower()


def told_by_code(reply: str) -> Told:
    """A reply's first digit, where it is one: 5 refused, 4 deferred, 2 accepted."""
    if len(reply) >= 3 and reply[:3].isdigit():
        return _TOLD_BY_CODE.get(reply[0], "unknown")
    return "unknown"


def answer_words(reply: str) -> str:
    """A reply without its codes, as far as two lines can repeat it."""
    return _CODES.sub("", reply, count=1).strip()[:SAME_LENGTH]


def _addresses(text: str) -> tuple[str, ...]:
    if "," not in text:
        return (plain_address(text),)
    return tuple(plain_address(one) for one in _EACH.findall(text))


def message_fields(message: str) -> dict[str, str]:
    """The keys inside a message text, for showing; addresses and message ids stay whole."""
    if found := _TO.match(message):
        head, stat, rest = message[found.end() :].partition("stat=")
        return {"to": found[1]} | _pairs(head) | ({"stat": rest} if stat else {})
    if found := _FROM.match(message):
        head, id_, tail = message[found.end() :].partition(" msgid=")
        msgid, proto, rest = tail.rpartition(", proto=")
        own = {"msgid": msgid if proto else rest} if id_ else {}
        return {"from": found[1]} | _pairs(head) | own | (_pairs(f"proto={rest}") if proto else {})
    if found := _MILTER.match(message):
        return {"Milter": found[1], "reject": found[3]} | ({"argument": found[2]} if found[2] else {})
    if found := _RULESET.match(message):
        head, separator, reply = message[found.end() :].partition(", reject=")
        argument = {"arg1": found[2]} if found[2] else {}
        return {"ruleset": found[1]} | argument | _pairs(head) | ({"reject": reply} if separator else {})
    if found := _DSN.match(message):
        return {"DSN": found[1], "reason": message[found.end() :].strip()}
    return _pairs(message) if message.startswith("STARTTLS=") else {}


def _pairs(text: str) -> dict[str, str]:
    """``key=value`` between ``, ``; a part without its own key belongs to the one before."""
    pairs: dict[str, str] = {}
    key = ""
    for part in text.strip(" ,").split(", "):
        if (found := _KEY.match(part)) and found[1] not in pairs:
            key = found[1]
            pairs[key] = part[found.end() :]
        elif key:
            pairs[key] += f", {part}"
    return pairs


def _read_to(message: str) -> Message:
    found = _TO.match(message)
    if found is None:
        return UNREADABLE
    recipients = _addresses(found[1])
    head, separator, stat = message[found.end() :].partition("stat=")
    if _is_cut(stat) or (head and not head.endswith(", ")):
        return Message(recipients=recipients, flags=Flag.UNCLEAR)
    span = (len(message) - len(stat) - len(separator), len(message))
    if "mailer=proxy" in head:
        return _proxy(head, stat, recipients, span)
    if "mailer=" not in head and "relay=" not in head:
        return Message(Kind.ANSWER, scope="recipient", recipients=recipients, words=answer_words(stat), span=span)
    return _delivery(head, stat, recipients, span)


def _is_cut(stat: str) -> bool:
    """Whether a line ends before its word does (``msg`` is cut at 512 characters): ``Se`` may begin ``Sent``."""
    word = stat.lower()
    return word not in _DONE_WORDS and any(known.startswith(word) for known in _DONE_WORDS)


def _part(head: str, key: str) -> str:
    """The value of a key before ``stat=``: host names and codes, none of which holds a comma."""
    at = head.find(key)
    return "" if at < 0 else head[at + len(key) :].partition(", ")[0]


def _delivery(head: str, stat: str, recipients: tuple[str, ...], span: tuple[int, int] | None) -> Message:
    """The next hop's word: what became of the message, never what the sender was told."""
    done, flags, words = _done(stat, _part(head, "dsn=")), 0, ""
    if done == "delivered":
        relay = _part(head, "relay=")
        address = relay_address(relay)
        words, bare = receipt_of(stat, relay, address)
        if bare:
            flags = Flag.BARE
        elif is_own_id(stat):
            flags = Flag.OWN_ID
        if is_own(relay, address):
            done = "handed_over"
    elif done == "unknown":
        flags = Flag.UNCLEAR
    return Message(Kind.DELIVERY, "unknown", None, done, None, recipients, words, flags, 0, span)


def _done(stat: str, dsn: str) -> Done:
    """By the word, else by the code; other words without a code are a failure (``User unknown``)."""
    if stat.startswith(_SENT):
        return "delivered"
    word = _WORD.match(stat)
    if known := _DONE_WORDS.get(word[0].lower() if word else ""):
        return known
    return _DONE_BY_CODE.get(dsn[:1], "bounced")


def _proxy(head: str, stat: str, recipients: tuple[str, ...], span: tuple[int, int] | None) -> Message:
    """Proxy mode: the back end's answer is what the sender was told, and nothing is queued here."""
    told = told_by_code(stat)
    if told == "unknown":
        sent = _done(stat, "") == "delivered"
        told = "accepted" if sent else _TOLD_BY_CODE.get(_part(head, "dsn=")[:1], "unknown")
    done: Done = "delivered" if told == "accepted" else "unknown" if told == "unknown" else "none"
    words, bare = answer_words(stat), False
    if done == "delivered":
        words, bare = receipt_of(stat, "", _part(head, "to_ip="))
    flags = Flag.BARE if bare else Flag.UNCLEAR if done == "unknown" else 0
    return Message(Kind.DELIVERY, told, "recipient", done, None, recipients, words, flags, 0, span)


def _read_from(message: str) -> Message:
    """``from=<…>, size=…, nrcpts=…, msgid=<…>, proto=…, relay=name [ip]``: the message id is the sender's text."""
    found = _FROM.match(message)
    if found is None:
        return UNREADABLE
    at = message.find(" msgid=", found.end())
    count = _NRCPTS.search(message, found.end(), at if at >= 0 else len(message))
    return Message(Kind.ENVELOPE, sender=plain_address(found[1]), envelope=int(count[1]) if count else 0)


def _read_milter(message: str) -> Message:
    found = _MILTER.match(message)
    if found is None:
        return UNREADABLE if "reject=" in message else NOTHING
    return _refusal(found[1], found[2] or "", found[3], message)


def _read_ruleset(message: str) -> Message:
    found = _RULESET.match(message)
    if found is None:
        return UNREADABLE
    _, separator, reply = message[found.end() :].partition(", reject=")
    return _refusal(found[1], found[2] or "", reply, message) if separator else NOTHING


def _refusal(stage: str, argument: str, reply: str, message: str) -> Message:
    """The answer to one step: told for one recipient at RCPT, else for all of the message."""
    scope = STAGES.get(stage)
    told = told_by_code(reply) if scope else "unknown"
    recipients = (plain_address(argument),) if scope == "recipient" and argument else ()
    flags = 0 if scope == "recipient" else Flag.EVERYBODY if scope else Flag.UNCLEAR
    span = (len(message) - len(reply) - 7, len(message))
    sender = plain_address(argument) if stage in {"from", "check_mail"} and argument else None
    return Message(Kind.REFUSAL, told, scope, "none", sender, recipients, answer_words(reply), flags, 0, span)


def _read_dsn(message: str) -> Message:
    found = _DSN.match(message)
    if found is None:
        return NOTHING
    session = _DSN_SESSION.search(message)
    return Message(Kind.DSN, recipients=_addresses(found[1]), session=session[1] if session else "")
