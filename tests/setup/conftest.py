"""Toy installations, and a Python that an unprivileged user can read."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.runtime import Runtime, make_runtime
from tests.setup.ground import REPO, Toy, bare_toy, clean_environment, make_toy

NOBODY = 65534


@pytest.fixture(scope="session")
def open_ground() -> Iterator[Path]:
    """A temporary folder that every user can enter; pytest's own is closed to all but its owner."""
    folder = Path(tempfile.mkdtemp(prefix="zs-"))
    folder.chmod(0o755)
    yield folder
    # Ten thousands of files: nobody waits for them.
    subprocess.run(["sh", "-c", 'rm -rf "$0" &', folder], check=True, start_new_session=True)


@pytest.fixture(scope="session")
def readable_python(open_ground: Path) -> Runtime:
    """A Python with its packages that every user can read, whatever this one's folder allows."""
    if os.geteuid() != 0:
        return Runtime(Path(sys.executable), REPO)
    return make_runtime(open_ground / "runtime", REPO, python=True, source=False)


@pytest.fixture(scope="session")
def template(open_ground: Path, readable_python: Runtime) -> Path:
    """A new database, made once, as the embedded PostgreSQL makes it."""
    toy = bare_toy(open_ground / "template", readable_python)
    toy.services().stop()
    return toy.folder.postgres


@pytest.fixture
def new_toy(open_ground: Path, readable_python: Runtime, template: Path) -> Iterator[Callable[..., Toy]]:
    """Make toy installations; whatever they leave running is ended."""
    made: list[Toy] = []

    def make(name: str = "toy", *, at: Path | None = None, python: str | None = None) -> Toy:
        folder = at or Path(tempfile.mkdtemp(prefix=f"{name}-", dir=open_ground))
        made.append(make_toy(folder, python, clean_environment()) if python else bare_toy(folder, readable_python))
        if at is None and python is None:
            made[-1].template = template
        return made[-1]

    yield make
    for toy in made:
        toy.end()


@pytest.fixture
def toy(new_toy: Callable[..., Toy]) -> Toy:
    """One toy installation."""
    return new_toy()
