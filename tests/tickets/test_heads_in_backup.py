"""Published heads are backed up as of the moment of the dump: ahead of it, a restored chain would read as cut."""

import fcntl
from pathlib import Path
from threading import Event, Thread

from common.heads import NAME, Head, HeadsFile
from config.backup import no_heads_published
from config.instance import HEADS


def test_both_sides_name_the_same_file() -> None:
    assert HEADS == NAME


def test_nothing_is_published_between_the_snapshot_and_the_copy(tmp_path: Path) -> None:
    file, began = HeadsFile(tmp_path / NAME), Event()

    def publish(number: int) -> None:
        began.set()
        with file.locked() as descriptor:
            file.append(descriptor, [Head("case:CASE-0001", number, "ab")])

    publish(1)
    before = file.path.read_bytes()
    with no_heads_published(file.path) as read:
        began.clear()
        rival = Thread(target=publish, args=(2,))
        rival.start()
        assert began.wait(10)
        assert read() == before
    rival.join(10)
    assert file.path.read_bytes().startswith(before)
    assert [line.trouble for line in file.lines()] == ["", ""]


def test_a_reader_does_not_wait_for_another_reader(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"x\n")
    with (tmp_path / NAME).open("rb") as other, no_heads_published(tmp_path / NAME) as read:
        fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
        assert read() == b"x\n"


def test_the_first_heads_wait_for_the_snapshot_too(tmp_path: Path) -> None:
    """There is no file yet: one that is made meanwhile would hold heads of after the snapshot, or be left out."""
    file, began = HeadsFile(tmp_path / NAME), Event()

    def publish() -> None:
        began.set()
        with file.locked() as descriptor:
            file.append(descriptor, [Head("case:CASE-0001", 1, "ab")])

    with no_heads_published(file.path) as read:
        rival = Thread(target=publish)
        rival.start()
        assert began.wait(10)
        rival.join(0.2)
        assert rival.is_alive()
        assert read() == b""
    rival.join(10)
    assert [line.trouble for line in file.lines()] == [""]
