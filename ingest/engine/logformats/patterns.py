"""Expressions of format files: named parts put in, checked, compiled. The parts are in `patterns.toml`."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

from ingest.engine.logformats.safety import FLAGS, Unsafe, check_pattern

_TABLE: Final = tomllib.loads(Path(__file__).with_name("patterns.toml").read_text(encoding="utf-8"))
PARTS: Final[dict[str, str]] = _TABLE["patterns"]
FRAMES: Final[dict[str, list[str]]] = _TABLE["frames"]  # what collectors put in front of lines, by name
_NAMED: Final = re.compile(r"%\{(\w+)(?::(\w+))?\}")


def compile_pattern(pattern: str, own: dict[str, str] | None = None) -> re.Pattern[str]:
    """An expression with its parts (``%{address}``; ``%{address:to}`` names the group). Raises `Unsafe`."""
    return _compiled(_expand(pattern, {**PARTS, **(own or {})}))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    check_pattern(pattern)
    return re.compile(pattern, FLAGS)


def _expand(pattern: str, parts: dict[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        if found[1] not in parts:
            raise Unsafe(f"there is no part called “{found[1]}”: the parts are {', '.join(sorted(parts))}")
        return f"(?P<{found[2]}>{parts[found[1]]})" if found[2] else f"(?:{parts[found[1]]})"

    return _NAMED.sub(part, pattern)
