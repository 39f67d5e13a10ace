"""Cut a FortiMail line into its keys: blank and comma form, both quotes, headers that a relay ate or added.

No escape of a quote inside a value is documented or was seen, so a value ends where a quote is followed by the next
``key=`` or by the line's end. ``msg`` is last and runs to the line's last quote.
"""

import re
from typing import Final, NamedTuple

from ingest.engine.fortimail.layouts import Cut, Layouts, record_of, wanted_of

_NEXT: Final = r"(?:[A-Za-z_]\w{0,31}=|$)"
_PAIR: Final = re.compile(
    rf"""(?<![\w\-])([A-Za-z_]\w{{0,31}})=(?:
        ("[^"]*(?:"(?![ ,]*{_NEXT})[^"]*)*(?:"|$))   # quoted: to a quote before the next key
      | ('[^']*'(?=[ ,]|$))                          # in single quotes
      | ([^ ,]*(?:[ ,]+(?!{_NEXT})[^ ,]+)*)          # bare: up to the next key
    )""",
    re.VERBOSE,
)
_STORED: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d[\d.]*) (?=log_id=)")
_START: Final = re.compile(rf"(?<![\w\-])(?:date|time|device_id|log_id)=|(?<!\d){_STORED.pattern}")
_TYPE: Final = re.compile(r"(?<![\w\-])type=[\"']?(\w{1,16})")
_BARE_MESSAGE: Final = re.compile(r"[ ,]msg=")
_HEADER: Final = re.compile(r"log_id=[\"']?\d{1,10}[\"']?[ ,]+type=")
HEADER_LENGTH: Final = 1024
MOST_KEYS: Final = 256  # a record has some forty
NO_RECORD: Final = "no FortiMail record begins in it (no date=, time=, device_id= or log_id=)"
TOO_MANY: Final = f"it has more than {MOST_KEYS} keys"
SEVERAL: Final = "several records on one line"
QUOTES: Final = "\"'"


class Tokens(NamedTuple):
    """``keys`` and ``values`` in the order of the line; ``wanted`` those that meanings are read from, as they stand.

    ``message`` is the text of ``msg`` and ``message_at`` its place in the line; ``record`` are keys and values of the
    record itself, without what a collector added and without the device, for comparing events.
    """

    type: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    wanted: tuple[str, ...]
    twice: bool
    message: str | None
    message_at: int
    record: tuple[object, ...]


class Tokeniser:
    """Cuts lines; remembers the shapes of lines it has cut, which changes the speed and never the answer."""

    def __init__(self) -> None:
        self._layouts = Layouts()

    def __call__(self, text: str) -> Tokens | str:
        """The keys of a line, or why there are none."""
        start = 0
        if not text.startswith("date="):
            found = _START.search(text, 0, HEADER_LENGTH)
            if found is None:
                return NO_RECORD
            start = found.start()
        if _is_several(text, start):
            return SEVERAL
        at = text.find("type=", start)
        hint = text[at + 5 : at + 12] if at >= 0 else ""
        end, message, message_at = len(text), None, -1
        if "stati" not in hint and (end := _message_start(text, hint, start)) < len(text):
            message, message_at = _message_text(text, end + len(" msg="))
        known = self._layouts.match(hint, text, start, end)
        if known and not start:
            layout, values = known
            record = (layout.record_keys, layout.record(values), message)
            return Tokens(
                layout.type, layout.keys, values, layout.take((*values, "")), False, message, message_at, record
            )
        if known:
            keys, values, type_ = known[0].keys, known[1], known[0].type
        else:
            cut = _cut(text, start, end)
            keys, values, _ = cut
            if len(keys) > MOST_KEYS:
                return TOO_MANY
            named = _TYPE.search(text, start, end)
            type_ = named[1] if named else ""
            if len(set(keys)) == len(keys):
                self._layouts.learn(hint, text[start:end], cut, type_)
        twice = len(set(keys)) < len(keys)
        take, kept = record_of(keys)
        record = (kept, take(values), message)
        if start and "=" in text[:start]:
            keys, values = _headed(keys, values, text, start)
        return Tokens(type_, keys, values, wanted_of(keys)((*values, "")), twice, message, message_at, record)


def _is_several(text: str, start: int) -> bool:
    """Whether a second header stands in a line: files joined without a line end, or a record cut before the next.

    Its message would swallow the second record. Cutting it there would let a sender write records into his subject.
    """
    at = text.find("log_id=", start)
    again = text.find("log_id=", at + 1) if at >= 0 else -1
    return again >= 0 and _HEADER.search(text, again) is not None


def _cut(text: str, start: int, end: int) -> Cut:
    """A part of a line, key by key."""
    keys, values, shapes = [], [], []
    if stored := _STORED.match(text, start):
        keys, values, shapes = ["date", "time"], [stored[1], stored[2]], ["stored", "stored"]
    for key, quoted, single, bare in _PAIR.findall(text, start, end):
        keys.append(key)
        if quoted:
            values.append(quoted[1:-1] if len(quoted) > 1 and quoted[-1] == '"' else quoted[1:])
        else:
            values.append(single[1:-1] if single else bare.rstrip(" ,"))
        shapes.append('"' if quoted else "'" if single else "")
    return Cut(tuple(keys), tuple(values), tuple(shapes))


def _message_start(text: str, hint: str, start: int) -> int:
    """Where the separator before ``msg=`` stands, else the line's end.

    It is the first one; but in spam lines the sender's subject stands before it, so there it is the last one.
    """
    if "spam" in hint:
        at = max(text.rfind(' msg="', start), text.rfind(',msg="', start))
    else:
        at = text.find(' msg="', start)
        comma = text.find(',msg="', start, at if at >= 0 else len(text))
        at = comma if comma >= 0 else at
    if at >= 0:
        return at
    found = _BARE_MESSAGE.search(text, start)
    return found.start() if found else len(text)


def _message_text(text: str, at: int) -> tuple[str, int]:
    """The message whose value begins at a place: to the line's last quote, or to the end of a line that was cut."""
    if text[at : at + 1] != '"':
        return text[at:].rstrip(" ,"), at
    close = text.rfind('"')
    return (text[at + 1 : close] if close > at else text[at + 1 :]), at + 1


def _headed(
    keys: tuple[str, ...], values: tuple[str, ...], text: str, start: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Add the keys that a collector put in front of the record, but for those that the record has itself."""
    head = [pair for pair in zip(*_cut(text, 0, start)[:2], strict=True) if pair[0] not in keys]
    return tuple(key for key, _ in head) + keys, tuple(value for _, value in head) + values
