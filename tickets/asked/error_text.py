"""Error texts without what differs each time: two occurrences of one error have one form.

What goes: numbers, ids, addresses, hosts, times. A word that holds a digit is one of these. Words stay, also those of
Chinese, Japanese and Korean, which stand without blanks beside what goes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

HOLE: Final = "\ufffc"  # stands for what was taken out
LINES_READ: Final = 400  # of one text
LINE_READ: Final = 2000  # characters of one line
MOST: Final = 5  # error texts that are looked for
LEAST_LETTERS, LEAST_CJK = 12, 5  # of a run of words: shorter ones stand in any text

_CJK = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATED = re.compile(
    rf"\b(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(?:\d+\s+{_MONTH}|{_MONTH}\s+\d+)\b", re.IGNORECASE
)
_WORD = re.compile(rf"[^\s,;()\[\]{{}}<>\"'=|、。「」（）{_CJK}]+")
_ADDRESS = re.compile(rf"\b[a-z][a-z0-9+.\-]*://[^\s<>\"'、。{_CJK}]+", re.IGNORECASE)
_HOST = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+)+", re.ASCII)
_HOLES = re.compile(rf"(?:{HOLE}[\s,;:.\-/\[\]()<>]*)+{HOLE}")
_BLANKS = re.compile(r"\s+")
_ONE_CJK = re.compile(f"[{_CJK}]")
_RUN_ENDS = re.compile(
    rf"{HOLE}|(?<=[{_CJK}。、]) (?=[!-~])|(?<=[!-~]) (?=[{_CJK}])"
)  # also where the language changes


@dataclass(frozen=True, slots=True)
class ErrorText:
    """A line without what differs: its whole form in capitals, and its longest run of words, by which it is found."""

    form: str
    words: str

    @property
    def pattern(self) -> str:
        """The run of words as a pattern of SQL's LIKE, whatever blanks stand in between."""
        escaped = re.sub(r"([\\%_])", r"\\\1", self.words)
        return f"%{escaped.replace(' ', '%')}%"

    @property
    def shown(self) -> str:
        """The form as people read it: `…` where something was taken out."""
        return shown(self.form)


def shown(form: str) -> str:
    """Return a form, or words of one, as people read it."""
    return form.replace(HOLE, "…")


def form_of(line: str) -> str:
    """Return a line without what differs each time, in capitals; `HOLE` stands where something was taken out."""
    line = _ADDRESS.sub(HOLE, line[:LINE_READ].replace("\x00", " "))
    line = _DATED.sub(HOLE, line)
    line = _WORD.sub(_kept, line)
    line = _HOLES.sub(HOLE, line)
    return _BLANKS.sub(" ", line).strip(f" {HOLE}").upper()


def _kept(found: "re.Match[str]") -> str:
    """Return a word as it stays: with its marks at the end, or the mark of what was taken out."""
    word = found[0]
    bare = word.rstrip(".:!?")
    differs = any(letter.isdigit() for letter in bare) or "@" in bare or _HOST.fullmatch(bare)
    return HOLE + word[len(bare) :] if differs else word


def words_of(form: str) -> str:
    """Return the longest run of words of a form; empty where each is so short that it stands in any text."""
    runs = [run.strip(" ,;:.-[]()<>") for run in _RUN_ENDS.split(form)]
    longest = max(runs, key=_weight, default="")
    return longest if _weight(longest) >= LEAST_LETTERS else ""


def _weight(run: str) -> float:
    """Return how much a run says: letters, of which a character of Chinese, Japanese or Korean is several."""
    cjk = len(_ONE_CJK.findall(run))
    return sum(letter.isalpha() for letter in run) - cjk + cjk * LEAST_LETTERS / LEAST_CJK


def error_texts(text: str) -> tuple[ErrorText, ...]:
    """Return the error texts of what somebody pasted, one a line, those that say most first; at most `MOST`."""
    found: dict[str, ErrorText] = {}
    for line in text.splitlines()[:LINES_READ]:
        form = form_of(line)
        if words := words_of(form):
            found.setdefault(form, ErrorText(form, words))
    return tuple(sorted(found.values(), key=lambda one: -_weight(one.words))[:MOST])


def likeness(asked: Iterable[ErrorText], text: str) -> tuple[str, str]:
    """Return how a text says what is asked for: `error_text` and its form, `error_words` and the words; else empty.

    The same error text: the form of one holds the form of the other, as where only the message of a log line was noted.
    """
    best = ("", "")
    for one in asked:
        for line in _lines_with(one, text):
            form = form_of(line)
            if one.form in form or (words_of(form) and form in one.form):
                return ("error_text", one.shown)
            best = ("error_words", one.words)
    return best


def is_the_same(asked: Iterable[ErrorText], text: str) -> bool:
    """Whether a line of a text is, as a whole, one of those asked for: what a part of a text cannot find out."""
    return any(form_of(line) == one.form for one in asked for line in _lines_with(one, text))


def _lines_with(one: ErrorText, text: str) -> Iterator[str]:
    """Return the lines of a text in which the words stand; where they were broken, all lines that they stand on."""
    words = re.compile(r"\s+".join(map(re.escape, one.words.split())), re.IGNORECASE)
    for found in words.finditer(text):
        begin = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        line = text[begin : end if end >= 0 else len(text)]
        if len(line) > LINE_READ:
            line = text[max(begin, found.start() - LINE_READ // 2) : found.end() + LINE_READ // 2]
        yield line
