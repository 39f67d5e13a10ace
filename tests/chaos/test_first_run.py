"""A person with nothing but python3 types `python3 run.py` in a new clone, in an empty environment."""

import json
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support.new_clone import clone, empty_environment, start, wait_for_finding

# How long it takes, bench/first_run.py measures; here it has to come at all.
FIRST_PAGE_SECONDS = 300
CASE_COMPLETE_SECONDS = 360
HEADS_SECONDS = 60

pytestmark = pytest.mark.chaos


def verified(folder: Path) -> dict[str, Any]:
    """Verify the data folder of a clone with its own program, which finds nothing broken, and return what it tells."""
    command = [str(folder / ".venv/bin/zenrei"), "verify", "--data", str(folder / "var")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=empty_environment())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def test_the_first_page_comes_and_the_story_is_complete(open_folder: Path) -> None:
    folder = clone(open_folder / "zenrei")
    output = open_folder / "out"
    began = time.monotonic()
    instance = start(folder, output)
    try:
        instance.wait_ready(FIRST_PAGE_SECONDS)
        with urllib.request.urlopen(f"http://127.0.0.1:{instance.port}/", timeout=10) as page:
            assert b"Zenrei" in page.read()
        lines = wait_for_finding(instance, began + CASE_COMPLETE_SECONDS)
        assert {line["says"] for line in lines} >= {"rejected", "delivered"}
        assert {line["transaction"] for line in lines} == {
            "25809Eex009534-25809Ef0009534",
            "25809Eex009534-25809Ef00095340000",
        }
        told = output.read_text(encoding="utf-8")
        assert re.search(rf"http://127\.0\.0\.1:{instance.port}", told)
        assert re.search(r"admin@localhost with the password \S+", told)
        assert verified(folder)["checked"] == 1
        until = time.monotonic() + HEADS_SECONDS
        while not (folder / "var/custody-heads.jsonl").exists():
            assert time.monotonic() < until, "no head was published"
            time.sleep(0.5)
    finally:
        instance.process.send_signal(signal.SIGINT)
        assert instance.process.wait(60) == 0, output.read_text(encoding="utf-8")
    assert verified(folder)["head"]["line"] > 1  # by a database that it starts itself
