"""``zenrei transaction``: every line of a transaction, with an exit code that tells what the list is worth."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.engine.gateway import ID, OTHER_ID, answer, delivery, history, refusal

LINES = [refusal(), answer(id_=OTHER_ID), delivery(suffix="0000"), history("Reject")]


@pytest.fixture
def log(tmp_path: Path) -> str:
    """A log of two transactions."""
    path = tmp_path / "a.log"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return str(path)


def test_the_lines_are_printed_with_their_numbers(log: str, capfd: Any) -> None:
    assert main(["transaction", ID, log]) == 0
    assert capfd.readouterr().out.splitlines() == [f"{log}:{number}\t{LINES[number - 1]}" for number in (1, 3, 4)]


def test_the_json_has_places_and_ids(log: str, capfdbinary: Any) -> None:
    assert main(["transaction", "--json", "--also", OTHER_ID, ID, log]) == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert [(one["line"], one["id"], one["child"]) for one in told["lines"]] == [
        (1, ID, ""), (2, OTHER_ID, ""), (3, ID, "0000"), (4, ID, ""),
    ]  # fmt: skip
    assert (told["left_out"], told["broken"]) == (0, [])


def test_the_exit_code_tells_what_the_list_is_worth(log: str, tmp_path: Path, capfd: Any) -> None:
    cut = tmp_path / "cut.log.gz"
    cut.write_bytes(gzip.compress("\n".join(LINES * 500).encode())[:-40])
    assert main(["transaction", "no-such-id", log]) == 1
    assert main(["transaction", "", log]) == 2
    assert main(["transaction", ID]) == 2
    assert main(["transaction", ID, str(cut)]) == 3
    assert "not all of it was searched" in capfd.readouterr().err
