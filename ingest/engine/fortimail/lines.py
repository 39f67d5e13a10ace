"""One FortiMail line to one event. The table of meanings is in `docs/mail-truth.md`."""

import re
from typing import Final

from ingest.engine.event import Done, Event, Flag, Kind, Scope, Told, Unread
from ingest.engine.fortimail.classifiers import read_classifier
from ingest.engine.fortimail.dispositions import read_disposition
from ingest.engine.fortimail.layouts import wanted_of
from ingest.engine.fortimail.message import NOTHING, Message, message_fields, plain_address, read_message
from ingest.engine.fortimail.scanners import scanner_of
from ingest.engine.fortimail.session import split_session
from ingest.engine.fortimail.tokens import NO_RECORD, Tokeniser, Tokens
from ingest.engine.fortimail.trust import unclear_keys, warning_of
from ingest.engine.times import moment

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
_NO_VERDICT: Final[tuple[str | None, str | None]] = (None, None)
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
        self._text = ""
        self._tokens: Tokens | str = NO_RECORD

    def read(self, text: str) -> Event | Unread:
        """The event of a line's text (without line end)."""
        if "\r" in text and _SEVERAL.search(text):
            return Unread("several records on one line, cut by CR instead of LF")
        tokens = self.tokens(text)
        if isinstance(tokens, str):
            return Unread(tokens)
        type_ = tokens.type if tokens.type in LOGS else _type_by_id(tokens)
        if type_ is None:
            return Unread(OTHER_TYPE if tokens.type else NO_TYPE)
        if "log_id" not in tokens.keys and "session_id" not in tokens.keys:
            return Unread("it has neither log_id= nor session_id= (a cut line, or another product's)")
        if (type_ == "statistics" or tokens.twice) and (unclear := unclear_keys(tokens.keys)):
            wanted = wanted_of(tokens.keys, unclear)((*tokens.values, ""))
            return _event(type_, tokens, wanted, unclear)
        return _event(type_, tokens, tokens.wanted, ())

    def tokens(self, text: str) -> Tokens | str:
        """The keys of a line, or why there are none; those of the last line are kept."""
        if text is not self._text:
            self._text, self._tokens = text, self._tokenise(text)
        return self._tokens

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the words stand that decide: ``reject=…``, ``stat=…``, the disposition, the delivery status."""
        tokens = self.tokens(text)
        if isinstance(tokens, str):
            return ()
        if tokens.type == "statistics":
            return tuple(found.span() for found in _HISTORY_WORDS.finditer(text))
        if tokens.type == "event" and (span := read_message(tokens.message or "").span):
            return ((tokens.message_at + span[0], tokens.message_at + span[1]),)
        if tokens.type in {"spam", "virus"} and tokens.message:
            return ((tokens.message_at, tokens.message_at + len(tokens.message)),)
        return ()


def _event(type_: str, tokens: Tokens, wanted: tuple[str, ...], unclear: tuple[str, ...]) -> Event:
    """What a line of a known type says, by the values that can be believed."""
    subtype, session, date, time, zone, device, sender, to, client_ip, src, classifier, disposed, status = wanted
    if type_ == "event":
        said = read_message(tokens.message) if tokens.message and subtype not in NOT_MAIL else NOTHING
    elif type_ == "statistics":
        said = _history(subtype == "update", to, disposed, status, bool(unclear))
    else:
        said = _verdict_line(type_, _recipients(to), tokens.message or "")
    kind, told, scope, done, from_, recipients, compared, flags, envelope, _, named = said
    if unclear:
        told, scope, flags = "unknown", None, flags | Flag.UNCLEAR
    session = session or named
    return Event(
        kind,
        type_,
        LOGS[type_],
        *moment(date, time),
        zone or None,
        device or None,
        session or None,
        *split_session(session),
        told,
        scope,
        done,
        plain_address(sender) if from_ is None and "from" in tokens.keys else from_,
        recipients,
        client_ip or src or None,
        *(read_classifier(classifier) if type_ == "statistics" else _NO_VERDICT),
        read_disposition(disposed).words if disposed else (),
        tokens.message,
        flags,
        envelope,
        compared,
        hash(tokens.record),
        warning_of(unclear) if unclear else None,
        tokens.keys,
        tokens.values,
        message_fields if type_ == "event" else _no_fields,
    )


def _no_fields(_: str) -> dict[str, str]:
    return {}


def _type_by_id(tokens: Tokens) -> str | None:
    log_id = dict(zip(tokens.keys, tokens.values, strict=True)).get("log_id", "")
    if tokens.type or len(log_id) != 10 or not log_id.isdigit():
        return None
    return TYPE_DIGITS.get(log_id[:2])


def _history(update: bool, to: str, disposed: str, status: str, unclear: bool) -> Message:
    """A history line: its own recipient, the disposition's words, and from 8.0 what became of the message."""
    disposition = read_disposition(disposed)
    told: Told = "unknown" if update or unclear else disposition.told
    done: Done = "unknown" if unclear else disposition.done
    flags = disposition.flags
    if status and not unclear:
        status = status.casefold()
        known = disposition.done if status == "blocked" else DELIVERY_STATUS.get(status)
        done = known or "unknown"
        flags |= Flag.STATUS if known else Flag.UNKNOWN_WORD
    scope: Scope | None = "recipient" if told != "unknown" else None
    kind = Kind.UPDATE if update else Kind.HISTORY
    return Message(kind, told, scope, done, None, _recipients(to), "", flags)


def _verdict_line(type_: str, recipients: tuple[str, ...], message: str) -> Message:
    if type_ == "spam":
        return Message(Kind.SPAM, recipients=recipients, envelope=scanner_of(message))
    if type_ != "virus":
        return NOTHING
    infected = not _CLEAN.search(message) and bool(_INFECTED.search(message))
    return Message(Kind.VIRUS, recipients=recipients, flags=Flag.INFECTED if infected else 0)


def _recipients(to: str) -> tuple[str, ...]:
    """The recipients of a ``to`` field. Quoted local parts with commas are rare enough to stay one address."""
    if not to:
        return ()
    if '"' in to or ("," not in to and ";" not in to):
        return (plain_address(to),)
    return tuple(plain_address(one) for one in re.split(r"[,;]", to) if one.strip())
