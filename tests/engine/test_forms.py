"""Forms of lines and what each says, as pairs of data files: ``data/<topic>.log`` and ``data/<topic>.expected.json``.

``REFRESH=1`` writes the expectations anew; read the difference before you keep it.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ingest.engine.parse import Parser, Row
from ingest.engine.source import Limits, Source

DATA = Path(__file__).parent / "data"
TOPICS = sorted(path.stem for path in DATA.glob("*.log"))


def parse(topic: str) -> list[dict[str, Any]]:
    rows: list[Row] = []
    parser = Parser(rows.append, None, Limits())
    parser.parse([Source(DATA / f"{topic}.log", f"{topic}.log")])
    return json.loads(json.dumps(rows))  # type: ignore[no-any-return]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_lines_of_a_topic_say_what_is_expected(topic: str) -> None:
    path = DATA / f"{topic}.expected.json"
    rows = parse(topic)
    if os.environ.get("REFRESH"):
        path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    assert rows == json.loads(path.read_text(encoding="utf-8"))


def test_there_is_a_pair_for_every_topic() -> None:
    assert TOPICS == ["forms", "mail_events", "the_six_lines"]
