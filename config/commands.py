"""The commands that use an instance's servers.

Exec, test, backup, restore. They attach to a running one or start their own.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.archive import EVIDENCE_BROKEN
from config.instance import Attachment, DataFolder, is_running, using
from config.lifetime import BUSY, show
from config.privileges import Place, borrow_place, can, find_place, visit_place
from config.processes import dying_with_us
from config.refusal import Refusal
from config.services import REPO, environment, needed

_PATIENCE = 120.0
# They write into the source, which is the person's and not the service user's.
_WRITES_SOURCE = {"makemigrations", "makemessages", "compilemessages", "squashmigrations", "startapp"}
_MODULES = {"celery": "celery", "django-admin": "django", "gunicorn": "gunicorn"}
_NEEDS_SERVERS = {"manage.py", *_MODULES, *_MODULES.values()}


@contextmanager
def servers(place: Place, *, careless: bool = False) -> Iterator[Attachment]:
    """Give the servers of the running instance; else start them for as long as they are used."""
    folder = DataFolder(place.data)
    if not careless and not any(needed(os.environ)):
        yield Attachment({}, -1)
        return
    helper: subprocess.Popen[bytes] | None = None
    end = time.monotonic() + _PATIENCE
    try:
        while True:
            with using(folder) as attached:
                if attached is not None:
                    yield _wanted(attached, careless=careless)
                    return
            if helper is not None and (code := helper.poll()) is not None:
                helper = None
                if code != BUSY:
                    raise SystemExit(code or 1)
            if helper is None and not is_running(folder):
                helper = _start_services(place, careless=careless)
            if time.monotonic() > end:
                raise Refusal(f"the instance on {folder.root} neither becomes ready nor stops; its logs: {folder.log}.")
            time.sleep(0.02)
    finally:
        if helper is not None:
            helper.terminate()
            helper.wait()


def _wanted(attached: Attachment, *, careless: bool) -> Attachment:
    """Leave out the addresses that the person's own environment names."""
    if careless:
        return attached
    postgres, valkey = needed(os.environ)
    kept = {
        name: value
        for name, value in attached.environment.items()
        if (postgres if name == "DATABASE_URL" else valkey or name == "ZENREI_PORT")
    }
    return Attachment(kept, attached.descriptor)


def _start_services(place: Place, *, careless: bool) -> subprocess.Popen[bytes]:
    words = place.command(["services", *(["--careless"] if careless else [])])
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # the options are made in one place
        [*place.dying_with_us(signal.SIGTERM), *words],
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C at the terminal is for the command that uses them
        **place.popen_options(),
    )


@dataclass(slots=True)
class _Forwarder:
    """Hands the signals that would end us to the command that runs.

    The terminal sends SIGINT to both itself.
    """

    process: subprocess.Popen[bytes] | None = None

    def install(self) -> None:
        signal.signal(signal.SIGINT, lambda _number, _frame: None)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._pass_on)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        if self.process is not None:
            self.process.send_signal(number)


def run_command(command: Sequence[str], variables: Mapping[str, str], **options: object) -> int:
    """Run a command to its end and return its exit code, as a shell would tell it."""
    forwarder = _Forwarder()
    forwarder.install()
    try:
        process = subprocess.Popen(list(command), env=dict(variables), **options)  # type: ignore[call-overload]
    except OSError as error:
        raise Refusal(f"{command[0]} cannot be run: {error.strerror}.", exit_code=127) from None
    forwarder.process = process
    code: int = process.wait()
    return code if code >= 0 else 128 - code


def execute(named: str | None, words: list[str]) -> int:
    """Run a command in the environment of the data folder; with the servers, where it needs them."""
    if not words:
        raise Refusal("exec needs a command, for example `python3 run.py exec manage.py check`.")
    command = _spelled_out(words)
    if not _needs_servers(words):
        folder = DataFolder(visit_place(named).data)
        with using(folder) as attached:
            urls = _wanted(attached, careless=False).environment if attached else {}
            return run_command(command, environment(folder, urls))
    place = find_place(named)
    with servers(place) as attached:
        variables = environment(DataFolder(place.data), attached.environment)
        options: dict[str, object] = {"pass_fds": [attached.descriptor] if attached.descriptor >= 0 else []}
        if place.user is not None and not _WRITES_SOURCE & set(command):
            command = [str(place.runtime.python), *command[1:]] if command[0] == sys.executable else command
            command = [word.replace(f"{REPO}/", f"{place.runtime.repo}/", 1) for word in command]
            variables |= place.environment() | {"PATH": variables["PATH"]}
            options |= place.popen_options()
            options.pop("env")
            if can(place.user, lambda: os.access(".", os.R_OK | os.X_OK)):
                options.pop("cwd")
        return run_command([*place.dying_with_us(signal.SIGTERM), *command], variables, **options)


def _spelled_out(words: list[str]) -> list[str]:
    """Return the command with our Python and our manage.py, from whatever folder it is called."""
    command = list(words)
    if Path(command[0]).name == "manage.py":
        command.insert(0, "python")
    if command[0] in ("python", "python3"):
        command[0] = sys.executable
        if command[1:2] == ["manage.py"]:
            command[1] = str(REPO / "manage.py")
    elif command[0] == "zenrei":  # its launcher names a Python that another user may not be allowed to start
        command[:1] = [sys.executable, str(REPO / "cli" / "__main__.py")]
    elif command[0] in _MODULES:
        command[:1] = [sys.executable, "-m", _MODULES[command[0]]]
    elif found := shutil.which(command[0], path=str(Path(sys.executable).parent)):
        command[0] = found
    return command


def _needs_servers(command: Sequence[str]) -> bool:
    first, second, third = ([Path(word).name for word in command] + ["", "", ""])[:3]
    if first.startswith("python"):
        if command[1:] and Path(command[1]).parent.name == "bench":
            return True
        return (third if second == "-m" else second) in _NEEDS_SERVERS
    return first in _NEEDS_SERVERS or (first, second) == ("zenrei", "verify")


def test(place: Place, words: list[str]) -> int:
    """Run pytest on a database and a broker of its own, which are thrown away."""
    home = Path(tempfile.mkdtemp(prefix="zenrei-test-"))
    try:
        with servers(borrow_place(place, home), careless=True) as attached:
            variables = environment(DataFolder(home), attached.environment)
            for name in ("ZENREI_SECRET_KEY", "ZENREI_OWNER_DATABASE_URL"):
                variables.pop(name, None)
            variables["ZENREI_SECRET_KEY_FILE"] = str(DataFolder(home).secret_key)
            command = [sys.executable, "-m", "pytest", *words]
            command = [*dying_with_us(signal.SIGTERM), *command]
            return run_command(command, variables, cwd=REPO, pass_fds=[attached.descriptor])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def back_up(place: Place, target: Path, *, force: bool) -> int:
    """Write everything into the file `target`, which is there whole or not at all."""
    if target.is_dir() or not target.parent.is_dir():
        raise Refusal(f"{target} cannot be a backup: name a file in a folder that exists.")
    if target.exists() and not force:
        raise Refusal(f"{target} is there already: name another file, or replace it with --force.")
    if not DataFolder(place.data).postgres.exists() and needed(os.environ)[0]:
        raise Refusal(f"there is nothing to back up in the data folder {place.data}.")
    try:
        descriptor, partial = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    except OSError as error:
        raise Refusal(f"{target.parent} cannot be written: {error.strerror}.") from None
    try:
        with servers(place) as attached:
            code = _write_backup(place, attached, descriptor)
        if code in (0, EVIDENCE_BROKEN):
            os.fsync(descriptor)
            _put_in_place(Path(partial), target, force=force)
            size = f"{os.fstat(descriptor).st_size:,} bytes"
            show(f"Backup: {target} ({size}). It holds secrets: keep it as closed as the data.")
        return code
    finally:
        os.close(descriptor)
        Path(partial).unlink(missing_ok=True)


def _write_backup(place: Place, attached: Attachment, descriptor: int) -> int:
    variables = environment(DataFolder(place.data), attached.environment) | place.environment() | attached.environment
    kept = [descriptor, *([attached.descriptor] if attached.descriptor >= 0 else [])]
    options = place.popen_options() | {"pass_fds": kept}
    options.pop("env")
    command = [str(place.runtime.python), "-P", "-m", "config.backup", str(place.data), str(descriptor)]
    return run_command([*place.dying_with_us(signal.SIGKILL), *command], variables, **options)


def _put_in_place(partial: Path, target: Path, *, force: bool) -> None:
    if force:
        partial.replace(target)
    else:
        try:
            os.link(partial, target)
        except FileExistsError:
            raise Refusal(f"{target} has appeared meanwhile: name another file.") from None
        except OSError:  # a file system without links
            partial.replace(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_back(place: Place, source: Path) -> int:
    """Restore the backup `source` into an empty data folder."""
    if os.environ.get("DATABASE_URL"):
        raise Refusal("restore works on the embedded database: unset DATABASE_URL, restore, and move the database on.")
    try:
        descriptor = os.open(source, os.O_RDONLY)
    except OSError as error:
        raise Refusal(f"{source} cannot be read: {error.strerror}.") from None
    try:
        options = place.popen_options() | {"pass_fds": [descriptor]}
        variables = place.environment()
        options.pop("env")
        command = [str(place.runtime.python), "-P", "-m", "config.restore"]
        words = [str(place.data), str(descriptor), str(source)]
        # SIGTERM when we die: it leaves the folder as one that says what to do.
        return run_command([*place.dying_with_us(signal.SIGTERM), *command, *words], variables, **options)
    finally:
        os.close(descriptor)
