"""Folders for what one attempt of a job writes: gone with it, and where its worker was killed, with a later one."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

LEFT_OVER_AFTER = 2 * 86_400  # seconds; no attempt takes as long


@contextmanager
def scratch_folder(name: str, *, alone: bool = False) -> Iterator[Path]:
    """Make a folder for an attempt at something of that name; ``alone`` is whether only one is made at a time."""
    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    if alone:
        _forget(f"{name}-*", older_than=0)
    _forget("*", older_than=LEFT_OVER_AFTER)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=settings.SCRATCH_DIR) as folder:
        yield Path(folder)


def _forget(pattern: str, *, older_than: float) -> None:
    """Remove what killed attempts left behind."""
    oldest = time.time() - older_than
    for left in settings.SCRATCH_DIR.glob(pattern):
        with suppress(FileNotFoundError):  # its own attempt, or another one like this, was faster
            if left.stat().st_mtime <= oldest:
                shutil.rmtree(left, ignore_errors=True)
