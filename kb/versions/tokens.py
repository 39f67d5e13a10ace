"""From a text to its parts: the one tokeniser that all schemes share."""

import re
import unicodedata
from typing import Final, NamedTuple

from kb.versions.keys import Parts, Step, is_number
from kb.versions.words import BUILD, DROP, PHRASES, Words

LONGEST: Final = 300  # characters; the longest real one that we saw has 80


class Unreadable(Exception):
    """Why a text names no version, without the text."""


DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {ord("`"): None, ord("’"): "'"}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
RANGE = re.compile(
    "|".join(
        (
            r"[<>≤≥≦≧]|^[~^]|^-v?[0-9]|[0-9][+-](?: |$)|\.\.|[0-9] ?~ ?v?[0-9]+\.|〜",
            r"\b(?:before|after|earlier|later|older|newer|prior|through|thru|until|between|below|above|since|from)\b",
            r"\b(?:and|or|all|upto|up to|to (?=v?[0-9]))\b",
            r"以前|以降|以上|以下|未満|より|から|まで|迄|全て|すべて|及び|または|又は",
            r"\b([0-9]+)\.[0-9]+\.[0-9]+ ?- ?v?\1\.[0-9]+\.[0-9]+",
        )
    )
)
SERIES = re.compile(r"^(.*[0-9a-z)])(?:[.\-(] ?[*x]\)?|(?<=[a-z)])\*| ?(?:系|series|train|branch))$")
DOTTED = re.compile(r"(?<![0-9a-z_-])(?:[0-9]+[-_])+[0-9]+[.(][0-9]|[0-9]+[.(][0-9]")
MARKED = re.compile(r"(?<![a-z0-9])(?:v|r|ver|version|release)[ .:-]?(?=[0-9])")
DATE = re.compile(r"(?<=[0-9)])[ ,;/]+\(?(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}\)?$")
TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
LOOSE: Final = frozenset(" ,;:/()[]{}|")
TIGHT_GAPS: Final = frozenset(("", ".", "-", "(", ")", ")("))


class Token(NamedTuple):
    """A number or a word, with what stands between it and the one before."""

    text: str
    gap: str
    at: int
    number: bool

    @property
    def loose(self) -> bool:
        """A space, comma or the like stands before it, unless it is only a bracket: 9.3(9)."""
        gap = self.gap
        return gap not in TIGHT_GAPS and not LOOSE.isdisjoint(gap)


def plain(text: str) -> str:
    """The text in one spelling: NFKC, ASCII digits, lower case, one kind of dash, no marks of writing direction."""
    if len(text) > LONGEST:
        raise Unreadable("too long")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(DASHES)
        text = "".join(map(_sign, text))
    text = " ".join(text.lower().split())
    if not text:
        raise Unreadable("empty")
    if len(text) > LONGEST:
        raise Unreadable("too long")
    if CONTROL.search(text):
        raise Unreadable("it holds a control character or half of one")
    if " " in text or "-" in text:
        for phrase, word in PHRASES:
            text = text.replace(phrase, word)
        text = DATE.sub("", text)
    return text


def _sign(sign: str) -> str:
    if unicodedata.category(sign) == "Cf":
        return ""
    return str(unicodedata.decimal(sign, sign))


def refuse_ranges(text: str) -> None:
    """A range, a list or a series is no version, and half of it must not be taken for one."""
    if RANGE.search(text):
        raise Unreadable("it is a range: name one version")
    if SERIES.match(text):
        raise Unreadable("it is a series: name a version of it")


def series_body(text: str) -> str:
    """The part before the star of ``7.2.*``."""
    if found := SERIES.match(text):
        return found[1]
    raise Unreadable("it is no series: write it like 7.2.*")


def start_of(text: str) -> int:
    """Where the number begins: at the first dotted one, else behind a word like version, else at the first digit."""
    if found := DOTTED.search(text):
        return found.start()
    if not text[:1].isdigit() and (found := MARKED.search(text)):
        return found.end()
    for at, sign in enumerate(text):
        if "0" <= sign <= "9":
            return at
    raise Unreadable("no number in it")


def tokens_of(text: str, start: int) -> list[Token]:
    """The numbers and words from ``start``."""
    found, end = [], start
    for match in TOKEN.finditer(text, start):
        begin, word = match.start(), match[0]
        found.append(Token(word, text[end:begin], begin, "0" <= word[0] <= "9"))
        end = match.end()
    return found


def read(text: str, words: Words, tight: Words) -> Parts:
    """Take a text apart that `plain` has put into one spelling; raise `Unreadable`."""
    reading, metadata = _Reading(), False
    tokens = tokens_of(text, start_of(text))
    for place, token in enumerate(tokens):
        follower = tokens[place + 1] if place + 1 < len(tokens) else None
        metadata = "+" in token.gap or (metadata and not token.loose)
        if metadata:  # semver: all behind a plus is a build
            reading.built.append(token.text)
            reading.place = None
        elif token.number:
            reading.number(token, followed_by_dot=text[token.at + len(token.text) :][:1] == ".")
        else:
            kind = words.get(token.text)
            if kind is None and follower is not None and follower.number and not follower.gap:
                kind = tight.get(token.text)
            reading.word(token, kind, counted=follower is not None and follower.number)
    return reading.parts()


class _Reading:
    """Where the reader stands: in the number, in a step behind it, in the build, or past all of them."""

    def __init__(self) -> None:
        self.main: list[str] = []
        self.steps: list[tuple[str, str, list[str]]] = []
        self.built: list[str] = []
        self.place: list[str] | None = self.main
        self.skipping = False

    def begin_build(self) -> None:
        self.place = self.built if not self.built else None

    def number(self, token: Token, *, followed_by_dot: bool) -> None:
        if self._passed(token):
            return
        if self.place and token.loose and is_number(self.place[-1]):
            if self.place is self.built:
                self.place = None
                return
            if "(" not in token.gap or followed_by_dot:
                raise Unreadable("more than one number in it: name one version")
            self.begin_build()
        if self.place is not None:
            self.place.append(token.text)

    def word(self, token: Token, kind: str | None, *, counted: bool) -> None:
        if kind == DROP:
            self.skipping = False
        elif kind == BUILD:
            self.skipping = False
            self.begin_build()
        elif kind is not None and token.gap == "." and self.steps and self.place is self.steps[-1][2]:
            self.place.append(token.text)  # semver's alpha.beta is behind alpha.1
        elif kind is not None and (self.place is not self.built or token.loose or token.gap == "-"):
            self._begin_step(kind, token.text)
        elif not self._passed(token):
            self._unknown(token, counted=counted)

    def _begin_step(self, code: str, label: str) -> None:
        self.skipping = False
        self.steps.append((code, label, []))
        self.place = self.steps[-1][2]

    def _passed(self, token: Token) -> bool:
        """Tell whether the token belongs to words that are not read; a loose one ends them."""
        if self.skipping and token.loose:
            self.skipping = False
        return self.skipping or self.place is None

    def _unknown(self, token: Token, *, counted: bool) -> None:
        """A word that means nothing to us: part of the number when it is joined to it or counts something."""
        if self.place is self.built:
            if (counted and len(token.text) <= 2) if not self.built else not token.loose:
                self.built.append(token.text)
            else:
                self.place = None
        elif not token.text.isascii() or (token.loose and not counted and len(token.text) > 1):
            self.skipping = True
        elif self.place is not None:
            self.place.append(token.text)

    def parts(self) -> Parts:
        steps = tuple(Step(code, label, tuple(atoms)) for code, label, atoms in self.steps)
        return Parts(tuple(self.main), steps, tuple(self.built))
