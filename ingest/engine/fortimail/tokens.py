"""Cut a FortiMail line into its keys: blank and comma form, both quotes, headers that a relay ate or added.

No escape of a quote inside a value is documented or was seen, so a value ends where a quote is followed by the next
``key=`` or by the line's end. ``msg`` is last and runs to the line's last quote.
"""

import re
from typing import Final, NamedTuple

from ingest.engine.fortimail.layouts import Layouts, record_of

_NEXT: Final = r"(?:[A-Za-z_]\w{0,31}=|$)"
_PAIR: Final = re.compile(
    rf"""(?<![\w\-])([A-Za-z_]\w{{0,31}}+)=(?:
        ("[^"]*+(?:"(?![ ,]*+{_NEXT})[^"]*+)*+(?:"|$))   # quoted: to a quote before the next key
      | ('[^']*+'(?=[ ,]|$))                             # in single quotes
      | ([^ ,]*+(?:[ ,]++(?!{_NEXT})[^ ,]++)*+)          # bare: up to the next key
    )""",
    re.VERBOSE,
)
_STORED: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d[\d.]*) (?=log_id=)")
_START: Final = re.compile(rf"(?<![\w\-])(?:date|time|device_id|log_id)=|(?<!\d){_STORED.pattern}")
_TYPE: Final = re.compile(r"(?<![\w\-])type=[\"']?(\w{1,16})")
_BARE_MESSAGE: Final = re.compile(r"[ ,]msg=")
HEADER_LENGTH: Final = 1024
QUOTES: Final = "\"'"


class Tokens(NamedTuple):
    """``fields`` in the order of the line (the first of a key that stands twice), ``twice`` those keys.

    ``message`` is the text of ``msg`` and ``message_at`` its place in the line; ``record`` are keys and values of the
    record itself, without what a collector added and without the device, for comparing events.
    """

    type: str
    keys: tuple[str, ...]
    fields: dict[str, str]
    twice: bool
    message: str | None
    message_at: int
    record: tuple[object, ...]


class Tokeniser:
    """Cuts lines; remembers the shapes of lines it has cut, which changes the speed and never the answer."""

    def __init__(self) -> None:
        self._layouts = Layouts()

    def __call__(self, text: str) -> Tokens | None:
        """The keys of a line, or None where no record begins in it."""
        start = 0
        if not text.startswith("date="):
            found = _START.search(text, 0, HEADER_LENGTH)
            if found is None:
                return None
            start = found.start()
        at = text.find("type=", start)
        hint = text[at + 5 : at + 12] if at >= 0 else ""
        end, message, message_at = len(text), None, -1
        if "stati" not in hint and (end := _message_start(text, hint, start)) < len(text):
            message, message_at = _message_text(text, end + 5)
        twice = False
        if known := self._layouts.match(hint, text, start, end):
            layout, values = known
            keys, type_, record = layout.keys, layout.type, (layout.record_keys, layout.record(values), message)
        else:
            keys, values, shapes = _cut(text, start, end)
            named = _TYPE.search(text, start, end)
            type_, twice = named[1] if named else "", len(set(keys)) < len(keys)
            if not twice:
                self._layouts.learn(hint, text[start:end], keys, shapes, type_)
            take, kept = record_of(keys)
            record = (kept, take(values), message)
        fields = dict(zip(reversed(keys), reversed(values), strict=True) if twice else zip(keys, values, strict=True))
        return Tokens(
            type_, keys, _headed(fields, text, start) if start else fields, twice, message, message_at, record
        )


def _cut(text: str, start: int, end: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Keys, values and how each value is written (``"``, ``'`` or bare)."""
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
    return tuple(keys), tuple(values), tuple(shapes)


def _message_start(text: str, hint: str, start: int) -> int:
    """Where the separator before ``msg=`` stands, else the line's end.

    It is the first one; but in spam lines the sender's subject stands before it, so there it is the last one.
    """
    find = text.rfind if "spam" in hint else text.find
    places = [at for at in (find(' msg="', start), find(',msg="', start)) if at >= 0]
    if places:
        return max(places) if "spam" in hint else min(places)
    found = _BARE_MESSAGE.search(text, start)
    return found.start() if found else len(text)


def _message_text(text: str, at: int) -> tuple[str, int]:
    """The message whose value begins at a place: up to the line's last quote, or to the end of a line that was cut."""
    if text[at : at + 1] != '"':
        return text[at:].rstrip(" ,"), at
    end = text.rfind('"')
    return (text[at + 1 : end], at + 1) if end > at else (text[at + 1 :], at + 1)


def _headed(fields: dict[str, str], text: str, start: int) -> dict[str, str]:
    """Add the keys that a collector put in front of the record."""
    if "=" not in text[:start]:
        return fields
    keys, values, _ = _cut(text, 0, start)
    return dict(zip(keys, values, strict=True)) | fields
