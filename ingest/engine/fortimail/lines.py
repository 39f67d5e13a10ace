"""One FortiMail line to one event. The table of meanings is in `docs/mail-truth.md`."""

import re
from typing import Final

from ingest.engine.event import Copy, Done, Event, Flag, Kind, Scope, Told, Unread
from ingest.engine.fortimail.classifiers import read_classifier
from ingest.engine.fortimail.dispositions import read_disposition
from ingest.engine.fortimail.message import NOTHING, Message, plain_address, read_message
from ingest.engine.fortimail.session import split_session
from ingest.engine.fortimail.tokens import Tokeniser, Tokens
from ingest.engine.fortimail.trust import unclear_keys, warning_of
from ingest.engine.times import clock_ms, stamp

LOGS: Final = {
    "statistics": "History",
    "event": "Mail event",
    "kevent": "System event",
    "spam": "AntiSpam",
    "virus": "AntiVirus",
    "encrypt": "Encryption",
}
# `type` wins over log_id; its first two digits tell the type where a relay ate the word.
TYPE_DIGITS: Final = {"00": "event", "01": "virus", "02": "statistics", "03": "spam", "04": "encrypt", "07": "kevent"}
OTHER_TYPE: Final = "its type= is none of FortiMail's"
NO_TYPE: Final = "it has no type= (a cut line, or another product's)"
NOT_MAIL: Final = frozenset({"admin", "config", "config-user", "dns", "ha", "system", "update"})
DELIVERY_STATUS: Final[dict[str, Done]] = {
    "delivered": "delivered",
    "failed": "bounced",
    "queued": "queued",
    "delivering": "queued",
}
_SEVERAL: Final = re.compile(r"\r(?:<\d+>)?(?:date|time)=")
# An infection by the end of the sentence: the file's name before it is the sender's text.
_INFECTED: Final = re.compile(r"\bis infected with (?!clean\b)\S[^\"]*$|\brating=(?!clean\b)\w", re.IGNORECASE)
_CLEAN: Final = re.compile(r"\brating=clean\W*$|\(clean\)\W*$|\bis (?:clean|not infected)\W*$", re.IGNORECASE)
_HISTORY_WORDS: Final = re.compile(r"(?<![\w\-])(?:disposition|delivery_status)=(?:\"[^\"]+\"|[^\s,\"]+)")


class FortiMail:
    """The format as the registry sees it: `read` a line, or say why it cannot be read."""

    name: Final = "fortimail"

    def __init__(self) -> None:
        self._tokenise = Tokeniser()

    def read(self, text: str) -> Event | Unread:
        """The event of a line's text (without line end)."""
        tokens = self._tokenise(text)
        if tokens is None:
            return Unread("no FortiMail record begins in it (no date=, time=, device_id= or log_id=)")
        if "\r" in text and _SEVERAL.search(text):
            return Unread("several records on one line, cut by CR instead of LF")
        type_ = tokens.type if tokens.type in LOGS else _type_by_id(tokens)
        if type_ is None:
            return Unread(OTHER_TYPE if tokens.type else NO_TYPE)
        if "log_id" not in tokens.fields and "session_id" not in tokens.fields:
            return Unread("it has neither log_id= nor session_id= (a cut line, or another product's)")
        return _event(type_, tokens)

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the words stand that decide: ``reject=…``, ``stat=…``, the disposition, the delivery status."""
        tokens = self._tokenise(text)
        if tokens is None:
            return ()
        if tokens.type == "statistics":
            return tuple(found.span() for found in _HISTORY_WORDS.finditer(text))
        if tokens.type == "event" and (span := read_message(tokens.message or "").span):
            return ((tokens.message_at + span[0], tokens.message_at + span[1]),)
        if tokens.type in {"spam", "virus"} and tokens.message:
            return ((tokens.message_at, tokens.message_at + len(tokens.message)),)
        return ()


def _event(type_: str, tokens: Tokens) -> Event:
    """What a line of a known type says."""
    fields = tokens.fields
    unclear = unclear_keys(tokens.keys) if type_ == "statistics" or tokens.twice else ()
    if unclear:
        fields = {key: value for key, value in fields.items() if key not in unclear}
    said = _say(type_, fields, tokens.message or "", bool(unclear))
    session = fields.get("session_id") or said.session or None
    key, child = split_session(session) if session else (None, None)
    verdict, code = read_classifier(fields.get("classifier", "")) if type_ == "statistics" else (None, None)
    sender = said.sender if said.sender is not None or "from" not in fields else plain_address(fields["from"])
    clock = fields.get("time", "")
    return Event(
        kind=said.kind,
        type=type_,
        log=LOGS[type_],
        stamp=stamp(fields.get("date"), clock),
        clock=clock_ms(clock),
        zone=fields.get("tz"),
        device=fields.get("device_id") or None,
        session=session,
        key=key,
        child=child,
        told=said.told,
        told_scope=said.scope,
        done=said.done,
        copy=_copy(said, child),
        sender=sender,
        recipients=said.recipients,
        client_ip=said.client_ip or fields.get("client_ip") or fields.get("src") or None,
        verdict=verdict,
        verdict_code=code,
        dispositions=read_disposition(fields["disposition"]).words if "disposition" in fields else (),
        message=tokens.message,
        fields=tokens.fields,
        message_fields=said.fields or {},
        flags=said.flags,
        count=said.count,
        words=said.words,
        digest=hash(tokens.record),
        warning=warning_of(unclear) if unclear else None,
    )


def _say(type_: str, fields: dict[str, str], message: str, unclear: bool) -> Message:
    """Told and done of a line, by its type alone."""
    if type_ == "statistics":
        said = _history(fields, unclear)
    elif type_ == "event" and fields.get("subtype", "smtp") not in NOT_MAIL:
        said = read_message(message)
    elif type_ in {"spam", "virus"}:
        said = _verdict_line(type_, fields, message)
    else:
        return NOTHING
    return said._replace(told="unknown", scope=None, flags=said.flags | Flag.UNCLEAR) if unclear else said


def _copy(said: Message, child: str | None) -> Copy:
    """Original or not, as far as one line tells; which copy it is, the log does not say."""
    if said.kind is Kind.DSN:
        return "dsn"
    return "original" if said.recipients and child is None else "unknown"


def _type_by_id(tokens: Tokens) -> str | None:
    log_id = tokens.fields.get("log_id", "")
    if tokens.type or len(log_id) != 10 or not log_id.isdigit():
        return None
    return TYPE_DIGITS.get(log_id[:2])


def _history(fields: dict[str, str], unclear: bool) -> Message:
    """A history line: its own recipient, the disposition's words, and from 8.0 what became of the message."""
    update = fields.get("subtype") == "update"
    disposition = read_disposition(fields.get("disposition", ""))
    told: Told = "unknown" if update or unclear else disposition.told
    done: Done = "unknown" if unclear else disposition.done
    flags = (Flag.NOTIFICATION if disposition.notification else 0) | (
        Flag.UNKNOWN_BITS if disposition.unknown_bits else 0
    )
    if (status := fields.get("delivery_status", "").casefold()) and not unclear:
        done = DELIVERY_STATUS.get(status, disposition.done if status == "blocked" else "unknown")
        flags |= Flag.STATUS
    scope: Scope | None = "recipient" if told != "unknown" else None
    kind = Kind.UPDATE if update else Kind.HISTORY
    return Message(kind, told, scope, done, None, _recipients(fields.get("to", "")), None, None, "", flags)


def _verdict_line(type_: str, fields: dict[str, str], message: str) -> Message:
    kind = Kind.VIRUS if type_ == "virus" else Kind.SPAM
    infected = type_ == "virus" and not _CLEAN.search(message) and bool(_INFECTED.search(message))
    flags = Flag.INFECTED if infected else 0
    return Message(kind, recipients=_recipients(fields.get("to", "")), flags=flags)


def _recipients(to: str) -> tuple[str, ...]:
    """The recipients of a ``to`` field. Quoted local parts with commas are rare enough to stay one address."""
    if not to:
        return ()
    if '"' in to or ("," not in to and ";" not in to):
        return (plain_address(to),)
    return tuple(plain_address(one) for one in re.split(r"[,;]", to) if one.strip())
