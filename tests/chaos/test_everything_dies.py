"""Worker, broker and database are killed, many times, in the middle of uploads and readings. Nothing may be missing.

What was acknowledged is there, bit for bit, with exactly one complete result. ZENREI_CHAOS_KILLS sets how many kills.
"""

import hashlib
import os
import random
import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.fortimail_log import make_log
from tests.support.instance import Answer, Instance, running_instance

KILLS = int(os.environ.get("ZENREI_CHAOS_KILLS", "6"))
CASES, LOGS_A_CASE, MESSAGES = 3, 4, 3000
PATIENCE = 60.0
IMPATIENT = {"ZENREI_JOB_LEASE_SECONDS": "3", "ZENREI_JOB_SWEEP_SECONDS": "1"}

pytestmark = pytest.mark.chaos


class Killer(threading.Thread):
    """Kills a part of the instance again and again; the broker loses its data as well."""

    def __init__(self, instance: Instance, seed: int) -> None:
        super().__init__(daemon=True)
        self.instance = instance
        self.random = random.Random(seed)
        self.killed: dict[str, int] = {"celery": 0, "valkey": 0, "postgres": 0}
        self.children_died_with_worker = True

    def run(self) -> None:
        for turn in range(KILLS):
            time.sleep(self.random.uniform(0.5, 2.0))
            part = list(self.killed)[turn % 3]
            if part == "valkey":
                for folder in self.instance.data.glob("valkey*"):
                    shutil.rmtree(folder, ignore_errors=True)
            children = self.instance.pids("sandbox_child") if part == "celery" else []
            self.killed[part] += bool(self.instance.kill(part))
            self._check_children(children)

    def _check_children(self, children: list[int]) -> None:
        deadline = time.monotonic() + 2
        while any(Path(f"/proc/{pid}/exe").exists() for pid in children):
            if time.monotonic() > deadline:
                self.children_died_with_worker = False
                return
            time.sleep(0.02)


def persistently(send: Callable[[], Answer]) -> dict[str, Any]:
    """Send a request until it is acknowledged, as a careful client does."""
    refused: Counter[str] = Counter()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = send()
        if answer.status in {200, 201, 202}:
            return dict(answer.json)
        assert answer.status in {0, 409, 503}, (answer.status, answer.body)
        refused[f"{answer.status} {answer.body.decode(errors='replace')[:200]}"] += 1
        time.sleep(0.2)
    raise AssertionError(f"never acknowledged: {refused}")


def open_case(instance: Instance, title: str) -> str:
    key = uuid.uuid4().hex
    body = {"title": title, "kind": "defect"}
    return str(persistently(lambda: instance.post_json("cases/", body, key))["ref"])


def test_each_upload_has_exactly_one_complete_result(open_folder: Path) -> None:
    places = [(case, log) for case in range(CASES) for log in range(LOGS_A_CASE)]
    logs = {(case, log): make_log(MESSAGES, seed=case * 100 + log) for case, log in places}
    acknowledged: dict[str, tuple[str, bytes]] = {}
    with running_instance(open_folder / "data", "--no-sample", environment=IMPATIENT) as instance:
        refs = [open_case(instance, f"case {number}") for number in range(CASES)]
        killer = Killer(instance, seed=7)
        killer.start()
        for (case, log), content in logs.items():
            key = uuid.uuid4().hex
            name = f"{log}.log"
            answer = persistently(lambda: instance.upload(refs[case], name, content, key))  # noqa: B023
            acknowledged[str(answer["id"])] = (refs[case], content)
        killer.join()
        assert killer.children_died_with_worker
        assert all(killer.killed.values()), killer.killed
        wait_until_read(instance, acknowledged)
        for ref in refs:
            check_case(instance, ref, {key: content for key, (of, content) in acknowledged.items() if of == ref})
        assert instance.pids("sandbox_child") == []


def wait_until_read(instance: Instance, acknowledged: dict[str, tuple[str, bytes]]) -> None:
    """Wait until each piece has a reading."""
    deadline = time.monotonic() + 180
    waiting = set(acknowledged)
    while waiting and time.monotonic() < deadline:
        for piece in sorted(waiting):
            answer = instance.call("GET", f"cases/{acknowledged[piece][0]}/evidence/{piece}/")
            if answer.status == 200 and answer.json["reading"] is not None:
                waiting.discard(piece)
        time.sleep(0.3)
    assert not waiting, instance.output.read_text(encoding="utf-8", errors="replace")[-3000:]


def check_case(instance: Instance, ref: str, pieces: dict[str, bytes]) -> None:
    """Check that a case has just what was acknowledged: whole, once, with every finding."""
    rows = instance.call("GET", f"cases/{ref}/evidence/?page_size=500").json["results"]
    assert sorted(row["id"] for row in rows) == sorted(pieces)
    for row in rows:
        content = pieces[row["id"]]
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert instance.call("GET", f"cases/{ref}/evidence/{row['id']}/download").body == content
        assert (row["reading"]["state"], row["reading"]["lines"]) == ("read", content.count(b"\n"))
    expected = len(pieces) * MESSAGES // 10
    findings = instance.call("GET", f"cases/{ref}/findings/?rule=rejected-and-delivered&holds=true").json
    assert findings["count"] == expected
    scan = instance.call("GET", f"cases/{ref}/scan/").json
    assert sorted(scan["evidence"]) == sorted(pieces)
    assert scan["messages"] == len(pieces) * MESSAGES
    told = instance.call("GET", f"cases/{ref}/timeline/?kind=evidence&page_size=500").json["results"]
    assert len([row for row in told if " read: " in row["text"]]) == len(pieces)
