"""A format file that cannot be used: what is wrong, and where in the file."""

import re
from typing import Final

Path = tuple[str | int, ...]
_TABLE: Final = re.compile(r"\s*(\[\[?)\s*([\w.]+)\s*\]")


class BrokenFormat(Exception):
    """A format that cannot be used; the message names file, line and key. It stops the start."""


def broken(file: str, text: str, path: Path, reason: str) -> BrokenFormat:
    """The error for a key of a file. ``path`` is the way to it: ``("line", 2, "match")`` is that of the third line."""
    words = ".".join(str(word + 1) if isinstance(word, int) else word for word in path)
    return BrokenFormat(f"{file}:{_line_of(text, path)}: {words or 'the file'}: {reason}")


def _line_of(text: str, path: Path) -> int:
    """The line where a key stands, else one that it is in, else the line where its table begins, else 1."""
    table = str(path[0]) if path else ""
    number = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    begin, inside = _table(text.splitlines(), table, number)
    for key in [word for word in reversed(path) if isinstance(word, str)]:
        for place, line in enumerate(inside, begin + 1):
            if re.match(rf"\s*{re.escape(key)}\s*=", line):
                return place
    return max(begin, 1)


def _table(lines: list[str], table: str, wanted: int) -> tuple[int, list[str]]:
    """The number of the line where a table begins, and its lines; for a table that is none the file's first ones."""
    heads = [(number, found[2]) for number, line in enumerate(lines, 1) if (found := _TABLE.match(line))]
    ours = [number for number, name in heads if name == table]
    begin = ours[wanted] if wanted < len(ours) else 0
    end = next((number for number, name in heads if number > begin and not name.startswith(f"{table}.")), None)
    return begin, lines[begin : end - 1 if end else None]
