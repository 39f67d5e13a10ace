"""Scratch folders: gone with the attempt, and what killed attempts left behind with a later one."""

import os
import time
from pathlib import Path

import pytest
from django.conf import settings

from ingest.services.scratch import LEFT_OVER_AFTER, scratch_folder


def left_behind(name: str, age: float) -> Path:
    folder = settings.SCRATCH_DIR / name
    folder.mkdir(parents=True)
    (folder / "half").write_bytes(b"a line")
    then = time.time() - age
    os.utime(folder, (then, then))
    return folder


def test_it_is_gone_with_the_attempt_however_that_ends(data_dir: Path) -> None:
    folders: list[Path] = []

    def full_disk() -> None:
        with scratch_folder("job") as folder:
            folders.append(folder)
            (folder / "half").write_bytes(b"a line")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        full_disk()
    assert not folders[0].exists()


def test_what_a_killed_attempt_left_is_removed_by_the_next_one_of_its_name(data_dir: Path) -> None:
    mine, other = left_behind("job-1", 60), left_behind("another-1", 60)
    with scratch_folder("job", alone=True):
        assert not mine.exists()
        assert other.exists()


def test_attempts_at_once_leave_each_other_alone_and_old_ones_go(data_dir: Path) -> None:
    old = left_behind("table-old", LEFT_OVER_AFTER + 60)
    with scratch_folder("table") as one, scratch_folder("table") as two:
        assert one.is_dir()
        assert two.is_dir()
        assert not old.exists()
