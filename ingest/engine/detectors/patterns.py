"""Values of a rule as regular expressions of Rust, which take time in proportion to the text, whatever they are."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from sigma.types import (
    Placeholder,
    SigmaCasedString,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SpecialChars,
)

from ingest.engine.detectors.broken import broken
from ingest.engine.events.runtime import pl

REGEX_CURE: Final = "use the syntax of the Rust crate regex, which has no look-around and no back-references"
MOST_CHARACTERS: Final = 100_000  # of one expression; what it compiles to is limited by Polars
_FLAGS: Final = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_SPECIAL: Final = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
_META: Final = re.compile(r"([\\.+*?()|\[\]{}^$#&~\-\s])")


def literal(text: str) -> str:
    """A text as an expression that matches just it."""
    return _META.sub(lambda found: f"\\x{{{ord(found[1]):x}}}", text)


def body_of(value: SigmaString, where: str) -> str:
    """A value with its wildcards as an expression: ``*`` is any text, ``?`` one character."""
    parts = []
    for part in value.s:
        if isinstance(part, Placeholder):
            raise broken(where, f"the placeholder %{part.name}% has no value here", "write the values themselves")
        parts.append(literal(part) if isinstance(part, str) else _SPECIAL[part])
    return "".join(parts)


def whole(values: Iterable[SigmaString], where: str) -> str:
    """An expression for texts that are one of the values, all cased or all not."""
    listed = list(values)
    flags = "s" if isinstance(listed[0], SigmaCasedString) else "is"
    return checked(rf"(?{flags})\A(?:{'|'.join(body_of(value, where) for value in listed)})\z", where)


def inside(value: SigmaString, where: str) -> str:
    """An expression for texts that hold a value anywhere."""
    flags = "s" if isinstance(value, SigmaCasedString) else "is"
    return checked(f"(?{flags}){body_of(value, where)}", where)


def expression(value: SigmaRegularExpression, where: str) -> str:
    """The rule's own expression with its flags."""
    flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
    return checked((f"(?{flags})" if flags else "") + str(value.regexp), where)


def checked(pattern: str, where: str) -> str:
    """The pattern, once it has been tried; raises `BrokenDetector` where it is none, or too large."""
    if reason := _fault(pattern):
        raise broken(where, f"the expression cannot be used ({reason})", REGEX_CURE)
    return pattern


@lru_cache(maxsize=4096)
def _fault(pattern: str) -> str:
    if len(pattern) > MOST_CHARACTERS:
        return f"it has more than {MOST_CHARACTERS} characters"
    try:
        pl.Series([""]).str.contains(pattern, strict=True)
    except pl.exceptions.PolarsError as error:
        lines: list[Any] = [line.strip() for line in str(error).splitlines() if line.strip()]
        told = [line for line in lines if line.startswith("error:") or "size limit" in line]
        return str((told or lines)[0])
    return ""
