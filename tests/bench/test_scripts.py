"""Each benchmark runs, on a size so small that its figures mean nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.migrated import migrated_database

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a script as `run.py exec` would, on the server of the tests."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "ZENREI_SECRET_KEY": "only for tests",
        "ZENREI_MIGRATED": migrated_database(os.environ["DATABASE_URL"]),
    }
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_api_is_measured_at_two_sizes_and_its_queries_are_told() -> None:
    done = run(
        "bench/api.py", "--sizes", "20", "40", "--rounds", "1", "--requests", "1", "--explain", "--only", "list of 50"
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "| list of 50 |" in done.stdout
    assert "queries" in done.stdout


def test_every_operation_gives_what_is_expected_of_it() -> None:
    done = run("bench/api.py", "--sizes", "1000", "--rounds", "1", "--requests", "1")
    assert done.returncode in {0, 1}, done.stderr + done.stdout
    assert "| page of the list |" in done.stdout
    assert "| search, nothing found |" in done.stdout


def test_an_upload_is_measured_and_arrives_whole() -> None:
    done = run("bench/upload.py", "--mib", "8")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "SHA-256 and size are right" in done.stdout


def test_whose_turn_it_is_is_measured() -> None:
    done = run("bench/turns.py", "--entries", "60", "--requests", "3", "--cases", "20")
    assert done.returncode in {0, 1}, done.stderr
    assert "| turns/ |" in done.stdout
    assert "| page of the case |" in done.stdout
    assert "| list of what is overdue |" in done.stdout


def test_an_archive_of_mail_is_imported_and_every_mail_is_where_it_belongs() -> None:
    done = run("bench/mail.py", "--mails", "100")
    assert done.returncode in {0, 1}, done.stderr
    assert "| again |" in done.stdout
    assert "not as it should be" not in done.stdout


@pytest.mark.parametrize("script", ["api.py", "seed.py", "upload.py", "peers/helpdesk.py"])
def test_a_script_says_what_it_does(script: str) -> None:
    done = run(f"bench/{script}", "--help")
    assert done.returncode == 0
    assert "usage:" in done.stdout


def test_the_log_engine_is_measured_and_held_against_the_truth() -> None:
    done = run("bench/log_engine.py", "--lines", "3000", "--rounds", "1")
    assert done.returncode == 0, done.stderr
    assert "| the plain engine |" in done.stdout
