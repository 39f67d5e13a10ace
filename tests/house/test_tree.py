"""What the house rules say of the tree itself."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "cli", "common", "config", "ingest", "kb", "tickets")
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def lines_of(path: Path) -> int:
    """Count a file's lines."""
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_source_file_is_longer_than_400_lines() -> None:
    assert [str(path) for path in SOURCES if lines_of(path) > 400] == []


def test_no_template_fragment_is_longer_than_60_lines() -> None:
    assert [path.name for path in TEMPLATES if path.name.startswith("_") and lines_of(path) > 60] == []


def test_every_public_function_and_class_has_a_docstring() -> None:
    bare = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if named and node.name != "Meta" and ast.get_docstring(node) is None:  # type: ignore[union-attr,arg-type]
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")  # type: ignore[attr-defined]
    assert bare == []


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_migrations_are_named() -> None:
    files = [path.name for app in APPS for path in (ROOT / app).rglob("migrations/0*.py")]
    assert [name for name in files if re.search(r"_(auto|alter_\w+_and_more|and_more)", name)] == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    sources = [*TEMPLATES, *(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]
    foreign = re.compile(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""")
    assert [path.name for path in sources if foreign.search(path.read_text(encoding="utf-8"))] == []


def test_no_template_has_inline_style_or_script() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on")
    assert [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))] == []


def test_every_dependency_has_its_sentence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[\[~=<>]", word)[0] for word in wanted}
    told = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert sorted(name for name in names if name not in told) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"\n(?=[a-z0-9])", text) if block.strip()]
    assert "://" not in text
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
