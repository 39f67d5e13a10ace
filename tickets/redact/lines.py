"""Replacing: a line word for word, so that only what is known to be harmless stays; prose by what can be recognised."""

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from tickets.redact.forms import as_base64, as_percent, machine_writings, read_base64, read_percent
from tickets.redact.keys import HOST_KEYS, NO_HOSTS, NO_NAMES, SERIAL_KEYS, TEXT_KEYS
from tickets.redact.known import Known, KnownValues, Place
from tickets.redact.numbers import is_named_version, is_plain_number, passive_address, run_at, tells_nothing
from tickets.redact.pseudonyms import Pseudonyms
from tickets.redact.values import Entry, Kind, as_ip, plain
from tickets.redact.vocabulary import is_harmless

DEEPEST: Final = 2  # an encoded text inside an encoded text is read; what is deeper is replaced whole
KEPT_DIGITS: Final = 4
# Letters that are written with blanks between words, and those that are not (of East Asia): a host or an address in a
# Japanese sentence ends where the sentence goes on.
_W: Final = r"0-9A-Za-z_\u00aa-\u1fff"
_RUN: Final = rf"(?:[{_W}]+(?:-[{_W}]+)*|[^\W\x00-\u1fff]+)"
_LABEL: Final = rf"(?:[{_W}-]+|[^\W\x00-\u1fff]+)"
_SESSION: Final = re.compile(r"([0-9A-Za-x]{8}\d{6}-[0-9A-Za-x]{8}\d{6})(\d{0,7})(?!\w)", re.ASCII)
_MIME: Final = re.compile(r"=\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]*\?=")
_TIME: Final = r"(?:[01]?\d|2[0-4]):[0-5]\d:[0-6]\d(?:[.,]\d{1,9})?"
_DATE: Final = r"(?:19|20)\d\d([-/])(?:0?\d|1[0-2])\1(?:[0-2]?\d|3[01])"
_MOMENT: Final = re.compile(rf"(?:{_DATE}(?:[T ]{_TIME})?|{_TIME})(?:Z| ?[+-]\d\d:?\d\d)?(?![\w:])(?!\.\d)", re.ASCII)
_STATUS: Final = re.compile(r"[245]\d\d[- ][245]\.\d{1,3}\.\d{1,3}(?![\w-])(?!\.\w)", re.ASCII)
_ADDRESS: Final = re.compile(
    rf"(?:\"[^\"@\r\n]{{1,128}}\"|[{_W}!#$%&*+?^~](?:[{_W}.!#$%&'*+/=?^~-]|\\ ){{0,254}}|[^\W\x00-\u1fff]{{1,64}})"
    rf"@(?:\[[0-9A-Za-z:.]{{2,60}}\]|{_LABEL}(?:\.{_LABEL})*)"
)
_PERCENT: Final = re.compile(r"[\w.~+!*-]*(?:%[0-9A-Fa-f]{2}[\w.~+!*-]*)+", re.ASCII)
_IPV6: Final = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:\.\d{1,3}){0,3}(?:%\w+)?", re.ASCII)
_MAC: Final = re.compile(r"[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}(?![\w:])", re.ASCII)
_DOTTED: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}(?![\w+/=-])", re.ASCII)
_QUAD: Final = re.compile(r"(\d{1,3})([-_])(\d{1,3})\2(\d{1,3})\2(\d{1,3})", re.ASCII)
_WORD: Final = re.compile(_RUN)
_UNIT: Final = re.compile(r"(?:0x[0-9a-f]{1,4}|\d{1,4}(?:ms|s|m|h|d|b|kb|mb|gb|k))", re.ASCII | re.IGNORECASE)
_SERIAL: Final = re.compile(r"(?=(?:\D*\d){6})(?=.*[G-Z])[A-Z0-9-]{10,32}", re.ASCII)
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_HEX: Final = re.compile(r"(0x)?([0-9a-f]{8}|[0-9a-f]{32})", re.ASCII | re.IGNORECASE)
_KEY: Final = re.compile(r"\s*=|\"\s*:")
_COLON: Final = re.compile(r"\s*:")
_NEXT: Final = r"(?=\s*(?:[,;}\]]|$|\s[\w\"-]+\s*[=:]))"
_TEXT: Final = re.compile(rf"\"?\s*[=:]\s*(?:\"(.*?)\"{_NEXT}|'(.*?)'{_NEXT}|(?![\"'])(.*?)(?=[\s,;]+[\w-]+=|$))")
_VALUE: Final = re.compile(rf"\"?\s*[=:]\s*[\"'\[(<]*([{_W}.-]+)")
_ENTITY: Final = re.compile(r"&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z]{2,32});")
_LAST: Final = re.compile(r"(?<![^\s,;])[^\s,;]+[,;]?$")
_RUN_ON: Final = re.compile(r"[0-9A-Za-z_]{2}", re.ASCII)
_LOCAL: Final = re.compile(
    r"[\u3400-\u9fff々ァ-ヺー]+$"
)  # before an address without a blank: perhaps of its local part
_IN_PROSE: Final = frozenset({"address", "host", "serial", "name", "number", "word", "detector"})
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][\w-]{0,30}", re.ASCII)
# Pictures (category So) and accents that are no writing. Others are: letters in circles and squares, flags, braille.
_PICTURE: Final = re.compile(r"[\x5e\x60¦©\u2190-\u21ff\u2500-\u25ff★☆☐-☒✓✔✗✘〒〓]")
Rule = Callable[[str, int, int], tuple[str, int] | None]


class Redactor:
    """Replaces values in texts, with the pseudonyms of a case."""

    def __init__(self, pseudonyms: Pseudonyms, known: KnownValues | None = None) -> None:
        self.pseudonyms = pseudonyms
        self._known = known or KnownValues(())
        self._met = KnownValues(())
        self._here: dict[int, Place] = {}
        self._machines: dict[str, tuple[str, int]] = {}
        self._key = ""

    def note(self, entries: Sequence[Entry]) -> None:
        """Know what a first pass met, to find it in other writings: integers of IP addresses, words in prose."""
        words = (one for one in entries if one.kind in _IN_PROSE and len(one.canonical) > 1)
        self._met = KnownValues((Known(one.kind, one.original) for one in words), whole=True)
        for entry in entries:
            if entry.kind == "ip" and (address := as_ip(entry.canonical)):
                for place, text in enumerate(list(machine_writings(address))[:2]):
                    self._machines.setdefault(text, (entry.canonical, place))

    def line(self, text: str, *, cut: bool = False) -> str:
        """Return a line of a log with all that is not known to be harmless replaced.

        `cut`: it goes on. What its last token begins with, nobody can know: `203.0` may be an address.
        """
        self._key = ""
        last = _LAST.search(text) if cut else None
        if last is None:
            return self._words(_unescaped(text), 0)
        return self._words(_unescaped(text[: last.start()]), 0) + self.pseudonyms.of("text", last[0])

    def prose(self, text: str) -> str:
        """Return a text that a person wrote for this reader: what can be recognised is replaced, its words stay."""
        return "\n".join(self._prose_line(_unescaped(line)) for line in text.splitlines())

    def _words(self, text: str, depth: int) -> str:
        rules: tuple[Rule, ...] = (
            self._literally, self._session, self._mime, self._moment, self._status, self._address, self._percent,
            self._mac, self._ipv6, self._run, self._dotted, self._base64, self._word,
        )  # fmt: skip
        places = {place.start: place for place in self._known.find(text, apart=True)}
        return self._cut(text, depth, rules, places)

    def _prose_line(self, text: str) -> str:
        """Replace what can be recognised in a line; a name that is known also where no blank parts it from others."""
        rules: tuple[Rule, ...] = (
            self._session, self._moment, self._status, self._address, self._percent, self._mac, self._ipv6,
            self._run, self._dotted_in_prose, self._literally, self._base64_in_prose, self._word_in_prose,
        )  # fmt: skip
        places = [*self._met.find(text), *self._known.find(text)]
        return self._cut(text, 0, rules, {place.start: place for place in sorted(places, key=lambda one: one.end)})

    def _cut(self, text: str, depth: int, rules: tuple[Rule, ...], places: dict[int, Place]) -> str:
        """Go through a text from its beginning; at each place the first rule that holds says what stands there."""
        outer, self._here = self._here, places
        told, at, changed = [""], 0, False
        while at < len(text):
            start, before = at, changed
            for rule in rules:
                if (found := rule(text, at, depth)) is not None:
                    piece, at = found
                    break
            else:
                self._key = "" if text[at] in " \t,;" else self._key
                piece, at = _mark(text[at]), at + 1
            changed = piece != text[start:at]
            if (changed or before) and _RUN_ON.match(told[-1][-1:] + piece[:1]):
                told.append(" ")  # a pseudonym that is run on with what stands beside it could not be read any more
            told.append(piece)
        self._here = outer
        return "".join(told)

    def _literally(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        place = self._here.get(at)
        return (self.pseudonyms.of(place.known.kind, place.known.value), place.end) if place else None

    def _status(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _STATUS.match(text, at)
        return (found[0], found.end()) if found else None

    def _session(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _SESSION.match(text, at)
        if not found:
            return None
        if _is_clock(found[1]):
            return found[0], found.end()
        return self.pseudonyms.of("session", found[1]) + found[2], found.end()

    def _mime(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _MIME.match(text, at)
        return (self.pseudonyms.of("encoded", found[0]), found.end()) if found else None

    def _moment(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _MOMENT.match(text, at)
        return (found[0], found.end()) if found else None

    def _address(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _ADDRESS.match(text, at)
        if not found:
            return None
        key, equals, rest = found[0].partition("=")
        if equals and _IDENTIFIER.fullmatch(key) and not rest.startswith("@"):
            return None  # `to=somebody@…` without quotes: the address begins behind the key
        return self.pseudonyms.of("address", found[0]), found.end()

    def _percent(self, text: str, at: int, depth: int) -> tuple[str, int] | None:
        found = _PERCENT.match(text, at)
        if not found:
            return None
        inner = read_percent(found[0])
        if inner is None or depth >= DEEPEST:
            return self.pseudonyms.of("encoded", found[0]), found.end()
        return as_percent(self._words(_unescaped(inner), depth + 1)), found.end()

    def _mac(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _MAC.match(text, at)
        return (self.pseudonyms.of("serial", found[0].replace("-", ":")), found.end()) if found else None

    def _ipv6(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _IPV6.match(text, at)
        for written in (found[0], found[0].removesuffix(":")) if found else ():
            if as_ip(written) is not None:
                return self.pseudonyms.of("ip", written), at + len(written)
        return None

    def _run(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        run = run_at(text, at, self._key)
        if run is None or at in self._here:  # a known number has the pseudonym that it has elsewhere
            return None
        if as_ip(run):
            return self.pseudonyms.of("ip", run), at + len(run)
        if (passive := passive_address(run)) and as_ip(passive[0]):
            return self.pseudonyms.of("ip", passive[0]) + passive[1], at + len(run)
        return self.pseudonyms.of("number", run), at + len(run)

    def _dotted(self, text: str, at: int, _: int, *, prose: bool = False) -> tuple[str, int] | None:
        found = _DOTTED.match(text, at)
        if not found:
            return None
        parts = re.sub(r"^[vV](?=\d+\.)", "", found[0]).split(".")
        if not all(part.isdigit() for part in parts):
            return self.pseudonyms.of("host", found[0]), found.end()
        if as_ip(found[0]):
            return self.pseudonyms.of("ip", found[0]), found.end()
        if tells_nothing(parts, self._key, named=is_named_version(text, at), prose=prose):
            return found[0], found.end()
        return self.pseudonyms.of("number", found[0]), found.end()

    def _dotted_in_prose(self, text: str, at: int, depth: int) -> tuple[str, int] | None:
        found = _DOTTED.match(text, at)
        if found and max(map(len, found[0].split("."))) == 1 and not any(map(str.isdigit, found[0])):
            return found[0], found.end()  # "e.g"
        return self._dotted(text, at, depth, prose=True)

    def _base64(self, text: str, at: int, depth: int) -> tuple[str, int] | None:
        found = _BASE64.match(text, at)
        if not found or found[0].isdigit() or (inner := read_base64(found[0])) is None or is_harmless(found[0]):
            return None
        if depth >= DEEPEST:
            return self.pseudonyms.of("encoded", found[0]), found.end()
        told = self._words(_unescaped(inner), depth + 1)
        return as_base64(told, found[0]), found.end()

    def _base64_in_prose(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _BASE64.match(text, at)
        if not found or found[0].isdigit() or (inner := read_base64(found[0])) is None:
            return None
        told = self.prose(inner)
        return (as_base64(told, found[0]), found.end()) if told != inner else None

    def _word(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _WORD.match(text, at)
        if not found:
            return None
        word = found[0]
        is_key = _KEY.match(text, found.end())
        if is_key is None and word.casefold() in TEXT_KEYS:
            is_key = _COLON.match(text, found.end())
        if is_harmless(word) and is_key:
            self._key = word.casefold()
            if whole := self._value_of_key(text, word, found.end()):
                return whole
            return text[at : is_key.end()], is_key.end()
        told = self._value(word)
        self._key = ""  # what comes behind it is no value of the key
        return told, found.end()

    def _value_of_key(self, text: str, word: str, at: int) -> tuple[str, int] | None:
        """Replace the whole value of a key that holds a free text, a host or a serial number."""
        if self._key in TEXT_KEYS and (found := _TEXT.match(text, at)):
            group = next((number for number in (1, 2, 3) if found[number] is not None), 3)
            start, end = found.span(group)
            inner = text[start:end]
            told = self.pseudonyms.of("text", inner) if inner.strip() else inner
            return word + text[at:start] + told + text[end : found.end()], found.end()
        if self._key not in HOST_KEYS | SERIAL_KEYS or not (found := _VALUE.match(text, at)):
            return None
        value = found[1].strip(".-")
        if not value or text[found.end(1) : found.end(1) + 1] in {"@", "%", ":"} or as_ip(value):
            return None
        kind: Kind = "serial" if self._key in SERIAL_KEYS else "host"
        if kind == "host" and ("." in value or value.casefold() in NO_HOSTS or value.isdigit()):
            return None
        start = text.index(value, found.start(1))
        return word + text[at:start] + self.pseudonyms.of(kind, value), start + len(value)

    def _value(self, word: str) -> str:
        """Return what stands for a word that is no key."""
        if _DIGITS.fullmatch(word):
            return self._number(word)
        if (quad := _QUAD.fullmatch(word)) and (address := as_ip(".".join(quad.group(1, 3, 4, 5)))):
            return self.pseudonyms.of("ip", str(address)).replace(".", quad[2])
        if (hexed := _HEX.fullmatch(word)) and (known := self._machines.get(hexed[2].casefold())):
            return (hexed[1] or "") + self._integer(known[0], hexed=True)
        if is_harmless(word) or _UNIT.fullmatch(word):
            return word
        return self.pseudonyms.of("serial" if _SERIAL.fullmatch(word) else "word", word)

    def _number(self, digits: str) -> str:
        if known := self._machines.get(digits.lstrip("0")):
            return self._integer(known[0], hexed=False)
        if len(digits) <= KEPT_DIGITS or is_plain_number(digits, self._key):
            return digits
        return self.pseudonyms.of("number", digits)

    def _integer(self, canonical: str, *, hexed: bool) -> str:
        """Return the integer of an address of a machine as that of its pseudonym."""
        told = as_ip(self.pseudonyms.of("ip", canonical))
        if told is None:
            raise ValueError("the pseudonym of an address is an address")
        return f"{int(told):0{told.max_prefixlen // 4}x}" if hexed else str(int(told))

    def _word_in_prose(self, text: str, at: int, _: int) -> tuple[str, int] | None:
        found = _WORD.match(text, at)
        if not found:
            return None
        word = found[0]
        known = self.pseudonyms.knows(plain(word).casefold())
        if known and not is_harmless(word):
            return self.pseudonyms.of(known.kind, word), found.end()
        word = text[at : next((place for place in range(at + 1, found.end()) if place in self._here), found.end())]
        if (local := _LOCAL.search(word)) and _ADDRESS.match(text, at + len(word)) and local[0] not in NO_NAMES:
            return word[: local.start()] + self.pseudonyms.of("word", local[0]), at + len(word)
        if (
            (_DIGITS.fullmatch(word) and word.lstrip("0") in self._machines)
            or _QUAD.fullmatch(word)
            or ((hexed := _HEX.fullmatch(word)) and hexed[2].casefold() in self._machines)
        ):
            return self._value(word), at + len(word)
        return word, at + len(word)


def _unescaped(text: str) -> str:
    """Return a text in one writing, with HTML's entities read."""
    told = plain(text)
    return plain(html.unescape(told)) if _ENTITY.search(told) else told


def _is_clock(session: str) -> bool:
    """Whether the first eight letters of a session id can be the time and counter that FortiMail writes there."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
    limits = (60, 12, 32, 24, 60, 60)
    halves = session.split("-")
    return all(
        digits.index(letter) < limit for half in halves for letter, limit in zip(half, limits, strict=False)
    ) and all(digits.index(half[2]) > 0 for half in halves)


def _mark(character: str) -> str:
    """Return a single character that is no letter and no digit: marks of letters, controls and pictures do not stay."""
    category = unicodedata.category(character)
    harmless = category[0] not in "MC" and category not in {"So", "Sk"}
    return character if harmless or character == "\t" or _PICTURE.match(character) else "\N{REPLACEMENT CHARACTER}"
