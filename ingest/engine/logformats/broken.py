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
    """The line where a key stands, else the line where the table that it belongs to begins, else 1."""
    table = str(path[0]) if path else ""
    wanted = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    key = str(path[-1]) if len(path) > 1 and isinstance(path[-1], str) else ""
    seen, begin, inside = -1, 1, False
    for number, line in enumerate(text.splitlines(), 1):
        if found := _TABLE.match(line):
            inside = inside and found[2].startswith(f"{table}.")
            if found[2] == table:
                seen += 1
                inside = seen == wanted
                begin = number if inside else begin
            continue
        wanted_key = key if inside else table if seen < 0 and len(path) == 1 else ""
        if wanted_key and re.match(rf"\s*{re.escape(wanted_key)}\s*=", line):
            return number
    return begin
