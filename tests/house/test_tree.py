"""What the house rules say of the tree itself."""

import ast
import re
import tomllib
from collections.abc import Iterator
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


def public_definitions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the public functions and classes of a module, and the methods of those classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and node.name != "Meta":
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body)


def test_every_public_function_and_class_has_a_docstring() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in public_definitions(ast.parse(path.read_text(encoding="utf-8")).body)
        if ast.get_docstring(node) is None
    ]
    assert bare == []


@pytest.mark.django_db
def test_django_has_nothing_to_complain_of() -> None:
    """A start does not look: it would take a second each time."""
    call_command("check", fail_level="WARNING")


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


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"])
def test_the_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"\n(?=[a-z0-9])", text) if block.strip()]
    assert "://" not in text
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_no_expression_is_possessive_or_atomic() -> None:
    """Python 3.11 (seen with 3.11.2 and 3.11.7) lets a possessive loop keep what its own look-ahead refused, now and
    then: whether it does depends on what lies in memory. A finding must not."""
    possessive = re.compile(r"(?<![\\'\"])(?:[*+?}]\+)(?!=)|\(\?>")
    literals = re.compile(r"r[bf]?(\"\"\".*?\"\"\"|\".*?\"|'.*?')", re.DOTALL)
    found = [
        f"{path.name}: {literal}"
        for path in SOURCES
        for literal in literals.findall(path.read_text(encoding="utf-8"))
        if possessive.search(literal)
    ]
    assert found == []
