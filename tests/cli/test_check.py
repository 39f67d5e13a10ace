"""`zenrei check` against a real server: what it prints, and the exit code that a pipeline goes by."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cli.check import exit_code
from cli.main import main
from tests.conftest import Person
from tests.support.instance import free_port
from tests.support.knowledge import Widget, days_ago
from tests.support.server import Web, running_web

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Web]:
    """A real server on the test's database."""
    with running_web(tmp_path_factory.mktemp("web")) as web:
        yield web


@pytest.fixture(autouse=True)
def asked_as_alice(web: Web, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server and the token stand in the environment, as in a pipeline."""
    monkeypatch.setenv("ZENREI_URL", f"http://127.0.0.1:{web.port}")
    monkeypatch.setenv("ZENREI_TOKEN", alice.token)


def check(*words: str) -> int:
    """Ask about the widget."""
    return main(["check", "widget", "1.0.0", "1.0.1", *words])


def test_clear_is_exit_0_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Widget().listed("1.0.0", "1.0.0")

    assert check() == 0
    told = capsys.readouterr().out
    assert "Clear. Nothing enters, nothing is unknown." in told
    assert "Leaves (1)" in told


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("critical", "high", 1),
        ("high", "high", 1),
        ("medium", "high", 0),
        ("medium", "medium", 1),
        ("low", "info", 1),
        ("unknown", "critical", 1),
    ],
)
def test_a_hit_at_or_above_the_severity_is_exit_1(severity: str, fail_on: str, code: int) -> None:
    Widget().listed("1.0.1", "1.0.1", severity=severity)

    assert check("--fail-on", fail_on) == code


def test_what_stays_counts_only_where_it_is_asked_for() -> None:
    Widget().listed("1.0.0", "1.0.1", severity="critical")

    assert check() == 0
    assert check("--count-stays") == 1


@pytest.mark.parametrize(
    ("widget", "allow", "lifted"),
    [
        ({"retrieved": 400}, "coverage", True),
        ({"kind": "third_party"}, "coverage", True),
        ({"covers": ()}, "coverage", True),
        ({"covers": ()}, "unknown,path", False),
        ({"path_needed": True}, "path", True),
        ({"path_needed": True}, "unknown,coverage", False),
    ],
)
def test_what_could_hide_something_is_exit_3(widget: dict[str, Any], allow: str, lifted: bool) -> None:
    Widget(**widget).listed("1.0.0", "1.0.0")

    assert check() == 3
    assert check("--allow", allow) == (0 if lifted else 3)


def test_an_unknown_state_is_exit_3_unless_it_is_allowed() -> None:
    Widget(versions=("1.0.0", "1.0.1", "2.0.0"), covers=("1.0", "2.0")).seen("2.0.0")

    assert check() == 3
    assert check("--allow-unknown") == 0
    assert check("--allow", "unknown") == 0


def test_a_target_outside_the_catalogue_is_never_allowed() -> None:
    Widget().listed("1.0.0", "1.0.0")

    assert main(["check", "widget", "1.0.0", "1.0.9", "--allow", "unknown,coverage,path"]) == 3


def test_something_hidden_is_exit_3_and_cannot_be_allowed(charlie: Person, capsys: pytest.CaptureFixture[str]) -> None:
    widget = Widget()
    widget.listed("1.0.1", "1.0.1", severity="critical", audience="department", department=charlie.department)

    assert check("--allow", "unknown,coverage,path") == 3
    told = capsys.readouterr().out
    assert "Something that you may not see would count." in told
    assert "Fan stops" not in told


def test_a_condition_is_undecided_without_facts_and_removes_with_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Widget().listed("1.0.1", "1.0.1", severity="low", condition={"eq": ["fan.mode", "quiet"]})
    facts = tmp_path / "facts.json"
    facts.write_text('{"fan.mode": "loud"}')

    assert check() == 3
    assert "depends on: fan.mode (not known)" in capsys.readouterr().out
    assert check("--facts", str(facts), "--output", "json") == 3  # nobody validated the condition
    report = json.loads(capsys.readouterr().out)
    assert [item["verdict"] for item in report["items"]] == ["not_applicable"]
    assert (report["summary"]["clear"], report["summary"]["worse"]) == (False, False)


def test_hops_are_asked_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    widget = Widget(versions=("1.0.0", "1.0.1", "1.0.2"))
    widget.listed("1.0.1", "1.0.1", severity="high")

    assert main(["check", "widget", "1.0.0", "1.0.2"]) == 0
    assert main(["check", "widget", "1.0.0", "1.0.2", "--hop", "1.0.1"]) == 1
    assert "Crossed on the way (1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["widget", "1.0.0", "1.0"], "1.0.1"),
        (["widget", "1.0.0", "latest"], "no number in it"),
        (["widget", "1.0.0", ""], "empty"),
        (["gadget", "1.0.0", "1.0.1"], "No product 'gadget'"),
        (["widget", "1.0.0", "1.0.1", "--hop", "1.0.9"], "does not lie on the way"),
        (["widget", "1.0.0", "1.0.1", "--allow", "everything"], "--allow takes"),
        (["widget", "1.0.0", "1.0.1", "--facts", "/nowhere"], "cannot be read"),
        (["widget", "1.0.0", "1.0.1", "--server", "ftp://127.0.0.1"], "no address of a server"),
    ],
)
def test_what_cannot_be_asked_is_exit_2_with_the_reason(
    words: Sequence[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Widget()

    assert main(["check", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_server_that_is_away_and_a_wrong_token_are_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check("--server", f"http://127.0.0.1:{free_port()}") == 2
    assert "does not answer" in capsys.readouterr().err

    monkeypatch.setenv("ZENREI_TOKEN", "zrt_wrong")
    assert check() == 2
    assert "does not know this token" in capsys.readouterr().err


def test_the_token_comes_from_the_data_folder(
    tmp_path: Path, alice: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Widget().listed("1.0.0", "1.0.0")
    monkeypatch.delenv("ZENREI_TOKEN")
    assert check("--data", str(tmp_path)) == 2
    assert str(tmp_path / "token") in capsys.readouterr().err

    (tmp_path / "token").write_text(f"{alice.token}\n")
    assert check("--data", str(tmp_path)) == 0


HOSTILE = 'x" <b>*y*</b> ]]> \x1b[31m | # `z`'


def test_the_forms_hold_whatever_a_title_says(capsys: pytest.CaptureFixture[str]) -> None:
    Widget(end_of_support=days_ago(1)).listed("1.0.1", "1.0.1", severity="high", title=HOSTILE)

    assert check("--output", "junit") == 1
    suite = ElementTree.fromstring(capsys.readouterr().out)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")
    assert check("--output", "markdown") == 1
    told = capsys.readouterr().out
    assert "\\<b\\>\\*y\\*" in told
    assert check() == 1
    assert "\x1b" not in capsys.readouterr().out


def test_a_pipeline_that_reads_the_file_sees_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    Widget(covers=()).listed("1.0.0", "1.0.0")

    assert check("--output", "junit") == 3
    suite = ElementTree.fromstring(capsys.readouterr().out)
    assert [case.get("name") for case in suite if case.find("error") is not None] == ["coverage"]


def report(**changes: Any) -> dict[str, Any]:
    """A report of nothing at all, with changes."""
    clean: dict[str, Any] = {
        "items": [],
        "summary": {"unknown": 0, "undecided": 0, "unvalidated_removals": 0},
        "path": {"supported": True},
        "coverage": {"complete": True, "unknown_versions": []},
        "hidden": False,
    }
    return clean | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": {"unknown": 1, "undecided": 0, "unvalidated_removals": 0}},
        {"summary": {"unknown": 0, "undecided": 1, "unvalidated_removals": 0}},
        {"summary": {"unknown": 0, "undecided": 0, "unvalidated_removals": 1}},
        {"path": {"supported": False}},
        {"path": {"supported": None}},
        {"coverage": {"complete": False, "unknown_versions": []}},
        {"coverage": {"complete": True, "unknown_versions": ["1.0.9"]}},
        {"hidden": True},
    ],
)
def test_each_open_reason_alone_is_exit_3(changes: dict[str, Any]) -> None:
    assert exit_code(report(), "high", frozenset()) == 0
    assert exit_code(report(**changes), "high", frozenset()) == 3
