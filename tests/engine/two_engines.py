"""One log by the compiled engine and by the plain one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.mail_log import Messages, lines_of
from ingest.engine import containers
from ingest.engine.fast import blocks, intake
from ingest.engine.fast.pipeline import MOST_LINES
from ingest.engine.report import to_json
from ingest.engine.result import Options
from ingest.engine.scan import scan
from ingest.engine.source import KIB, Source

Answer = dict[str, Any]


def sources_of(tmp_path: Path, *logs: bytes, **facts: Any) -> list[Source]:
    """Logs as sources."""
    found = []
    for number, log in enumerate(logs):
        path = tmp_path / f"{number}.log"
        path.write_bytes(log)
        found.append(Source(path, f"{number}.log", **facts))
    return found


def both(sources: list[Source], **options: Any) -> tuple[Answer, Answer]:
    """The answers of the compiled and of the plain engine."""
    fast, plain = (to_json(scan(sources, Options(fast_from=start, **options)), 0.0) for start in (0, None))
    return fast, plain


@contextmanager
def in_threads() -> Iterator[None]:
    """Blocks are small, and read ahead from the first one on."""
    with (
        patch.object(blocks, "SIZE", 4 * KIB),
        patch.object(containers, "CHUNK", KIB),
        patch.object(intake, "FIRST_LINES", MOST_LINES),
    ):
        yield


def agree(sources: list[Source], **options: Any) -> Answer:
    """Compare the answers of the two engines, of the compiled one in threads too, part by part, and return it."""
    fast, plain = both(sources, **options)
    with in_threads():
        ahead = to_json(scan(sources, Options(fast_from=0, **options)), 0.0)
    for part, expected in plain.items():
        assert fast[part] == expected, part
        assert ahead[part] == expected, part
    assert fast.keys() == ahead.keys() == plain.keys()
    return fast


def made(lines: int, seed: int = 7, days: float = 20) -> list[str]:
    """Lines of a log made to order."""
    return list(lines_of(Messages(lines, days, seed), lines))


def raw(lines: list[str]) -> bytes:
    """Lines as a log."""
    return "".join(f"{line}\n" for line in lines).encode()
