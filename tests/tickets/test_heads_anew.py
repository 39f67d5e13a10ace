"""An administrator begins the published heads anew: then a loss that is known is told no more, and a new one is."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from common.heads import NAME, HeadsFile
from tests.conftest import Person
from tests.support.store import Store, make_store
from tests.support.tampering import tamper
from tickets.services.heads import publish_heads
from tickets.services.verification import verify_everything

WHY = "The disk with the file was lost."


@pytest.fixture
def store(alice: Person) -> Store:
    """A store that was verified once."""
    made = make_store(alice)
    publish_heads()
    assert verify_everything().broken == []
    return made


def begin(capsys: pytest.CaptureFixture[str], why: str = WHY) -> str:
    """Begin anew as an administrator does, and let the worker publish."""
    call_command("begin_heads_anew", why=why)
    publish_heads()
    return capsys.readouterr().out


@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
def test_what_is_known_is_told_no_more_and_what_comes_is(
    store: Store, data_dir: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data_dir / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    changed = [lines[0].replace(b'"entries":', b'"entries" :'), *lines[1:]]
    path.write_bytes(b"".join({"gone": [], "cut": lines[:-2], "changed": changed}[damage]))
    assert verify_everything().broken

    told = begin(capsys)

    assert verify_everything().broken == []
    (aside,) = data_dir.glob("custody-heads.before-*.jsonl")
    assert str(aside) in told
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s AND sequence > 1", [store.pieces[0].pk])
    assert verify_everything().broken


def test_a_blob_that_is_not_what_was_given_stays_broken(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    tamper("UPDATE tickets_timelineentry SET text = 'x' WHERE case_id = %s", [store.case.pk])
    begin(capsys)
    assert {one.part for one in verify_everything().broken} == {"timeline"}


def test_the_page_says_when_and_why(store: Store, bob: Person, capsys: pytest.CaptureFixture[str]) -> None:
    assert WHY not in bob.client.get("/custody/").content.decode()
    begin(capsys)
    assert WHY in bob.client.get("/custody/").content.decode()


def test_without_a_reason_nothing_is_begun(store: Store, data_dir: Path) -> None:
    before = (data_dir / NAME).read_bytes()
    with pytest.raises(CommandError, match="Say why"):
        call_command("begin_heads_anew", why=" ")
    assert (data_dir / NAME).read_bytes() == before


def test_who_waited_for_a_file_that_was_put_aside_writes_into_the_new_one(tmp_path: Path) -> None:
    file = HeadsFile(tmp_path / NAME)
    with file.locked():
        pass
    old = (tmp_path / NAME).stat().st_ino
    real = os.open
    aside: list[Path | None] = []

    def opened(path: object, *rest: int) -> int:
        descriptor = real(path, *rest)  # type: ignore[arg-type]
        if not aside:
            aside.append(None)
            aside[0] = file.put_aside()
        return descriptor

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("common.heads.os.open", opened)
        with file.locked() as descriptor:
            assert os.fstat(descriptor).st_ino == (tmp_path / NAME).stat().st_ino != old
    assert aside[0] is not None
