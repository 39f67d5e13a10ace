"""Imports point down."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
PACKAGES = ("accounts", "cli", "common", "config", "ingest", "kb", "tests", "tickets")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import linter in a folder that holds the packages."""
    return subprocess.run([LINTER, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_tree_keeps_the_rule() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("common/models.py", "import tickets.models"),
        ("kb/queries/devices.py", "from tickets.access import visible_cases"),
        ("ingest/engine/scan.py", "from django.conf import settings"),
        ("cli/main.py", "import django"),
        ("cli/versions.py", "from kb.models import Product"),
        ("kb/versions/scheme.py", "from django.conf import settings"),
        ("kb/upgrade/check.py", "from kb.models import Product"),
        ("tickets/mail/read.py", "from tickets.models import Mail"),
        ("tickets/services/cases.py", "from tickets.views import upload"),
        ("tickets/models/case.py", "from tickets.services import cases"),
    ],
)
def test_a_planted_breach_is_caught(tmp_path: Path, file: str, line: str) -> None:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "data")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / file
    planted.write_text(planted.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    answer = lint(tmp_path)
    assert answer.returncode != 0
    assert "BROKEN" in answer.stdout
