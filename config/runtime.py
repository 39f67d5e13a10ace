"""A copy of Python, its packages and our source that another user can read, made of hard links.

Started as root, everything runs as an unprivileged user, and Python or the source may lie under a folder
that only root can enter (/root). We never open such a folder; we link what is needed into the data folder.
A version is named by what it was made from, so nothing is done when nothing has changed, and a running
instance keeps the one it runs from.
"""

import compileall
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.proc import processes
from config.refusal import Refusal

_NOT_SOURCE = {".git", ".venv", "var", "__pycache__", "node_modules"}
_NOT_LIBRARY = {"site-packages", "dist-packages", "test", "idlelib", "turtledemo", "ensurepip", "tkinter"}


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the children run from."""

    python: Path
    repo: Path
    libraries: Path | None = None


def venv() -> Path:
    """Return the virtual environment this runs in."""
    return Path(sys.prefix)


def base_parts() -> list[Path]:
    """Return what of the base Python is needed: its program, its standard library, its shared library."""
    library = Path(os.path.realpath(os.__file__)).parent
    program = Path(os.path.realpath(sys.executable))
    return [program, library, *program.parent.parent.glob("lib/libpython3*.so*")]


def site_packages() -> Path:
    """Return the folder of the installed packages."""
    return venv() / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def source_files(repo: Path) -> list[str]:
    """Return the names of the source files: what git tracks, or everything where there is no git."""
    asked = subprocess.run(
        ["git", "-c", f"safe.directory={repo}", "-C", str(repo), "ls-files", "-z"],
        capture_output=True,
        check=False,
    ) if shutil.which("git") else None  # fmt: skip
    if asked is not None and asked.returncode == 0 and asked.stdout:
        names = [os.fsdecode(name) for name in asked.stdout.split(b"\0") if name]
        return sorted(name for name in names if (repo / name).is_file())
    return sorted(
        str(Path(folder, name).relative_to(repo)) for folder, name in _files(repo, _NOT_SOURCE) if name[0] != "."
    )


def _files(top: Path, skipped: set[str]) -> Iterator[tuple[str, str]]:
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in skipped)
        for name in names:
            yield folder, name


def readable(paths: list[Path]) -> bool:
    """Say whether this process can read all of these: every folder below them, and every file."""
    for path in paths:
        mode = os.R_OK | (os.X_OK if path.is_file() and os.access(path, os.X_OK) else 0)
        if not os.access(path, mode | (os.X_OK if path.is_dir() else 0)):
            return False
        for folder, folders, names in os.walk(path):
            if any(not os.access(os.path.join(folder, name), os.R_OK | os.X_OK) for name in folders):  # noqa: PTH118
                return False
            if any(not os.access(os.path.join(folder, name), os.R_OK) for name in names):  # noqa: PTH118
                return False
    return True


@contextmanager
def _standing_in(home: Path) -> Iterator[None]:
    """Work inside `home`, a folder of root's own, whatever its parent's owner does to the name meanwhile."""
    home.mkdir(mode=0o755, exist_ok=True)
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    before = os.open(".", os.O_RDONLY)
    try:
        seen = os.fstat(descriptor)
        if seen.st_uid != os.geteuid() or seen.st_mode & 0o022:
            raise Refusal(f"{home} must belong to the user with id {os.geteuid()} alone: remove it and start again.")
        os.fchmod(descriptor, 0o755)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.fchdir(descriptor)
        yield
    finally:
        os.fchdir(before)
        os.close(before)
        os.close(descriptor)


def make_runtime(home: Path, repo: Path, *, python: bool, source: bool) -> Runtime:
    """Return a runtime below `home`, linked anew where what it is made from has changed."""
    made_python, made_repo, libraries = Path(sys.executable), repo, None
    with _standing_in(home):
        if python:
            name = f"python-{_python_key()}"
            _once(Path(name), _link_python)
            made_python = home / name / "venv" / "bin" / "python"
            if list(Path(name, "base", "lib").glob("libpython3*.so*")):
                libraries = home / name / "base" / "lib"
        if source:
            files = source_files(repo)
            name = f"source-{_source_key(repo, files)}"
            _once(Path(name), lambda new: _link_files(repo, files, new))
            made_repo = home / name
    return Runtime(made_python, made_repo, libraries)


def compile_source(repo: Path) -> None:
    """Compile our source for a user who cannot write beside it, and would do it again in each process.

    Only where it is root's own: in a person's folder, root leaves no files.
    """
    if repo.stat().st_uid != os.geteuid() or not os.access(repo, os.W_OK):
        return
    for package in repo.glob("*/__init__.py"):
        if package.parent.name != "tests":
            compileall.compile_dir(package.parent, quiet=2)


def remove_other_runtimes(home: Path, kept: Runtime) -> None:
    """Remove what nobody runs from any more; a test run may still use another one than a start after it."""
    if not home.exists():
        return
    used = [kept.python, kept.repo]
    used += [path for process in processes() for path in (process.executable(), process.folder()) if path]
    with _standing_in(home):
        for entry in Path().iterdir():
            if not any(path.is_relative_to(home / entry) for path in used):
                shutil.rmtree(entry, ignore_errors=True)


def _once(target: Path, build: Callable[[Path], None]) -> None:
    if target.exists():
        return
    new = target.with_name(f"{target.name}.new")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o755)
    build(new)
    new.replace(target)


def _python_key() -> str:
    digest = hashlib.sha256(f"{sys.version}\0{sys.executable}\0{site_packages().stat().st_mtime_ns}".encode())
    for path in [*venv().glob("*.stamp"), venv() / "pyvenv.cfg", *base_parts()]:
        seen = path.stat()
        digest.update(f"{path}\0{seen.st_mtime_ns}\0{seen.st_size}\0".encode())
    return digest.hexdigest()[:16]


def _source_key(repo: Path, files: list[str]) -> str:
    digest = hashlib.sha256(os.fsencode(repo))
    for name in files:
        seen = (repo / name).lstat()
        digest.update(os.fsencode(f"{name}\0{seen.st_mtime_ns}\0{seen.st_size}\0{seen.st_ino}\0{seen.st_mode}\0"))
    return digest.hexdigest()[:16]


def _link_python(new: Path) -> None:
    program, library, *shared = base_parts()
    base, made = new / "base", new / "venv"
    for folder in (base / "bin", base / "lib", made / "bin"):
        folder.mkdir(mode=0o755, parents=True)
    link(program, base / "bin" / program.name)
    for path in shared:
        link(Path(os.path.realpath(path)), base / "lib" / path.name)
    _link_tree(library, base / "lib" / library.name, _NOT_LIBRARY)
    (made / "bin" / "python").symlink_to(Path("../../base/bin") / program.name)
    packages = made / site_packages().relative_to(venv())
    packages.parent.mkdir(mode=0o755, parents=True)
    _link_tree(site_packages(), packages, set())
    home = Path.cwd() / new.with_suffix("") / "base" / "bin"
    (made / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n", encoding="utf-8")


def _link_tree(source: Path, target: Path, skipped: set[str]) -> None:
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if name not in skipped]
        made = target / Path(folder).relative_to(source)
        made.mkdir(mode=0o755)
        for name in names:
            link(Path(folder, name), made / name)


def _link_files(repo: Path, files: list[str], new: Path) -> None:
    for name in files:
        (new / name).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        link(repo / name, new / name)


def link(source: Path, target: Path) -> None:
    """Give a file a second name.

    Copy it where that cannot be, or where others may not read it under the first.
    """
    seen = source.lstat()
    if stat.S_ISLNK(seen.st_mode):
        target.symlink_to(source.readlink())
        return
    if not stat.S_ISREG(seen.st_mode):
        return
    wanted = 0o555 if seen.st_mode & 0o100 else 0o444
    if seen.st_mode & wanted == wanted and not seen.st_mode & 0o7022:
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            pass  # another file system, or one without links
        else:
            return
    shutil.copyfile(source, target)
    target.chmod(wanted | 0o200)
    os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))
