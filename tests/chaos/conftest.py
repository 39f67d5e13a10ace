"""A folder that every user can enter: started as root, an instance runs as an unprivileged user."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder of its own; pytest's are closed to all but their owner."""
    folder = Path(tempfile.mkdtemp(prefix="zenrei-chaos-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
