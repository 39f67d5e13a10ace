"""Subcommands: each is found by its name alone, and all of them are in the help."""

import argparse
import subprocess
import sys

import pytest

from cli.main import MODULES, build_parser, main

ALL = {name for declared in MODULES.values() for name in declared}


def declared(word: str) -> set[str]:
    """The subcommands that a parser for a word knows."""
    [commands] = [one for one in build_parser(word)._actions if isinstance(one, argparse._SubParsersAction)]
    return set(commands.choices)


def test_the_help_knows_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert declared("") == declared("no-such") == declared("--help") == ALL
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert [name for name in ALL if name not in told] == []


@pytest.mark.parametrize("module", MODULES)
def test_each_module_declares_what_it_is_asked_for(module: str) -> None:
    for word in MODULES[module]:
        assert declared(word) == set(MODULES[module])


def test_a_word_that_is_none_is_told_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scna"])
    told = capsys.readouterr().err
    assert "scna" in told
    assert "scan" in told


def test_a_scan_imports_nothing_of_the_others() -> None:
    code = "import sys; from cli.main import build_parser; build_parser('scan'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"cli.check", "urllib.request", "polars", "numba", "django"} & set(done.stdout.split())
