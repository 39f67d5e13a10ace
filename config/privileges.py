"""From root to one unprivileged user, once and for good, before anything is started.

Started as root, this prepares what only root can (a data folder of that user's, a runtime the user can
read) and then becomes that user: the supervisor and all its children never were root. Nothing below the
data folder that the user can write is ever written by root, and no folder above it is opened to anyone.
"""

import hashlib
import itertools
import os
import pwd
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.instance import DataFolder, is_running
from config.processes import dying_with_us
from config.refusal import Refusal, say
from config.runtime import (
    Runtime,
    base_parts,
    compile_source,
    make_runtime,
    readable,
    remove_other_runtimes,
    site_packages,
    source_files,
    venv,
)
from config.services import REPO

STATE = Path(os.environ.get("ZENREI_STATE", "/var/lib/zenrei"))
# Of root's environment, what would lead the service user's programs to root's own places.
_ROOTS_OWN = ("XDG_", "SUDO_", "SSH_", "DBUS_", "VIRTUAL_ENV", "PYTHONHOME", "MAIL", "OLDPWD", "PYENV")


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """The user that everything runs as."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]

    def become(self) -> None:
        """Make this process that user's for good."""
        os.setgroups(self.groups)
        os.setgid(self.gid)
        os.setuid(self.uid)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance's processes run: on which data, from which files, as whom."""

    data: Path
    runtime: Runtime
    user: ServiceUser | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def command(self, words: Sequence[str]) -> list[str]:
        """Return the command that runs our supervisor with `words` on this data."""
        return [str(self.runtime.python), "-P", "-m", "config.supervisor", "--data", str(self.data), *words]

    def environment(self) -> dict[str, str]:
        """Return the environment for it."""
        kept = dict(os.environ)
        if self.user is not None:
            kept = {name: value for name, value in kept.items() if not name.startswith(_ROOTS_OWN)}
        return kept | {"PYTHONPATH": str(self.runtime.repo)} | self.variables

    def popen_options(self) -> dict[str, object]:
        """Return what subprocess needs to start a process as the service user."""
        options: dict[str, object] = {"env": self.environment(), "cwd": self.runtime.repo}
        if self.user is not None:
            options |= {"user": self.user.uid, "group": self.user.gid, "extra_groups": list(self.user.groups)}
        return options

    def dying_with_us(self, number: signal.Signals) -> list[str]:
        """Return the words before a command whose process shall get a signal when this one dies."""
        helper = self.runtime.repo / "config" / "child.py"
        return dying_with_us(number, python=self.runtime.python, helper=helper)


def service_user() -> ServiceUser | None:
    """Return the user to become; None where we are not root, and stay who we are."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("ZENREI_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Refusal(f"there is no user {name!r}: set ZENREI_USER to one that exists and is not root.") from None
    if entry.pw_uid == 0:
        raise Refusal("ZENREI_USER is root: name an unprivileged user, for example nobody.")
    return ServiceUser(name, entry.pw_uid, entry.pw_gid, tuple(os.getgrouplist(name, entry.pw_gid)))


def can(user: ServiceUser, check: Callable[[], bool]) -> bool:
    """Say whether `check` holds for the user, by trying it as that user in a process of its own."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            user.become()
            code = 0 if check() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def visit_place(named: str | None) -> Place:
    """Return where a command runs that only looks: nothing is made, and root stays root."""
    return Place(Path(named).resolve() if named else (REPO / "var").resolve(), Runtime(Path(sys.executable), REPO))


def find_place(named: str | None) -> Place:
    """Return where to run: `named` is the data folder that was asked for, if any."""
    user = service_user()
    if user is None:
        return Place(Path(named).absolute() if named else REPO / "var", Runtime(Path(sys.executable), REPO))
    os.umask(0o022)
    data = _give_folder(Path(named), user) if named else _default_folder(user)
    return _place_for(user, data, home=data / "runtime")


def borrow_place(place: Place, data: Path) -> Place:
    """Return the same place with another, temporary data folder, given to the service user."""
    if place.user is not None:
        os.chown(data, place.user.uid, place.user.gid)
    variables = place.variables | ({"HOME": str(data)} if place.user else {})
    return Place(data, place.runtime, place.user, variables)


def _place_for(user: ServiceUser, data: Path, *, home: Path) -> Place:
    libraries = [*base_parts(), site_packages(), venv() / "bin"]
    files = [REPO / name for name in source_files(REPO)]  # listed by root: who may not look sees nothing missing
    python = not can(user, lambda: readable(libraries))
    source = not can(user, lambda: readable(files))
    runtime = Runtime(Path(sys.executable), REPO)
    if python or source:
        runtime = make_runtime(home, REPO, python=python, source=source)
        if not is_running(DataFolder(data)):
            remove_other_runtimes(home, runtime)
    compile_source(runtime.repo)
    variables = {"HOME": str(data / "cache"), "USER": user.name, "LOGNAME": user.name}
    if runtime.libraries is not None:
        variables["LD_LIBRARY_PATH"] = str(runtime.libraries)
    return Place(data, runtime, user, variables)


def _default_folder(user: ServiceUser) -> Path:
    """Return `var/`, or a folder of the system's behind it where the user cannot come to `var/`."""
    data = REPO / "var"
    if can(user, lambda: os.access(REPO, os.X_OK)):
        return _give_folder(data, user)
    if data.exists() and not data.is_symlink():
        raise Refusal(
            f"{data} is below a folder that the user {user.name!r} cannot enter: move it to where that user "
            "can reach it and name that with --data, or set ZENREI_USER to its owner."
        )
    if not data.is_symlink():
        elsewhere = _unused_state_folder()
        elsewhere.mkdir(mode=0o700, parents=True)
        data.symlink_to(elsewhere)
        say(f"the user {user.name!r} cannot enter {REPO}: the data is in {elsewhere}, and var leads there")
    return _give_folder(data.resolve(), user)


def _unused_state_folder() -> Path:
    """Return a name for this copy of the source. Data of an earlier copy in the same place is left alone."""
    name = hashlib.sha256(os.fsencode(REPO)).hexdigest()[:12]
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return next(STATE / each for each in itertools.chain([name], numbered) if not (STATE / each).exists())


def _give_folder(path: Path, user: ServiceUser) -> Path:
    """Make `path` a folder of the user's where it is new or root's own.

    Refuse it where the user cannot use it.
    """
    data = path.resolve()
    is_new = not data.exists()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileExistsError, NotADirectoryError):
        raise Refusal(f"the data folder {path} is not a folder: name another one with --data.") from None
    except OSError as error:
        raise Refusal(
            f"the data folder {path} cannot be made ({error.strerror}): name another one with --data."
        ) from None
    try:
        if os.fstat(descriptor).st_uid == 0 and _is_ours_to_give(data):
            os.fchown(descriptor, user.uid, user.gid)
            os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)
    if can(user, lambda: os.access(data, os.R_OK | os.W_OK | os.X_OK)):
        return data
    owner = f"it is {_user_name(data.stat().st_uid)}'s"
    if is_new:
        data.rmdir()
        owner = "a folder above it is closed to that user"
    raise Refusal(
        f"the user {user.name!r} that everything runs as cannot write the data folder {data} ({owner}): "
        "name one that this user can reach with --data, or another user with ZENREI_USER."
    )


def _is_ours_to_give(data: Path) -> bool:
    """Say whether nobody else keeps anything in a folder of root's."""
    return {entry.name for entry in data.iterdir()} <= {"runtime", "lost+found"}


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
