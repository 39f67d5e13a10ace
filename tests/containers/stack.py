"""Runs the services of docker-compose.yml as processes of this machine, with the commands and variables of the file.

Only places are mapped: host names and ports to free ports, folders of a container to folders below a temporary one,
`python` to the interpreter of the tests. Nothing of the tests' own environment reaches a service.
"""

import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from config import embedded_postgres, embedded_valkey
from tests.containers.composed import ROOT, Service, service
from tests.support.instance import free_port

PATIENCE = 40.0

VALKEY_CLI = """#!{python}
# Stands in for the image's valkey-cli, which the wheel leaves out: connects, authenticates, sends the last word.
import os, redis, sys
host = sys.argv[sys.argv.index("-h") + 1]
client = redis.Redis(host, {port}, password=os.environ["REDISCLI_AUTH"])
print("PONG" if client.execute_command(sys.argv[-1]) else "no")
"""


def until(check: Callable[[], Any], *, seconds: float = PATIENCE, why: str) -> Any:
    """Return what `check` gives once it gives something true."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, why
        time.sleep(0.1)
    return found


@dataclass
class Running:
    """A service that runs as a process."""

    service: Service
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> tuple[int, float]:
        """Send the service's stop signal; return its exit code and how long it took, at most its grace period."""
        began = time.monotonic()
        self.process.send_signal(getattr(signal, self.service.stop_signal))
        code = self.process.wait(self.service.grace)
        return code, time.monotonic() - began


@dataclass
class Stack:
    """The services on free ports below a folder of their own."""

    folder: Path
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in ("postgres", "valkey", "web")})
    running: dict[str, Running] = field(default_factory=dict)

    # --- Places -------------------------------------------------------------------------------------------------------

    @property
    def secrets(self) -> Path:
        """Where the secrets lie."""
        return self.folder / "secrets"

    def here(self, word: str) -> str:
        """Return a word of a command or a variable with the places of this machine in it."""
        places = {
            "/run/secrets": str(self.secrets),
            "/run/zenrei": str(self.folder / "run"),
            "/var/lib/zenrei": str(self.folder / "evidence"),
            "0.0.0.0:8000": f"127.0.0.1:{self.ports['web']}",
            "127.0.0.1:8000": f"127.0.0.1:{self.ports['web']}",
            "/opt/zenrei/bin": f"{self.folder / 'bin'}:{Path(sys.executable).parent}",
            "$PATH": f"{embedded_postgres.binaries()}:{os.defpath}",
        }
        for place, mapped in places.items():
            word = word.replace(place, mapped)
        return str(self.folder / "valkey") if word == "/data" else word

    def variables(self, told: Service) -> dict[str, str]:
        """Return a service's whole environment."""
        made = {name: self.here(value) for name, value in told.environment.items()}
        made.setdefault("PATH", self.here("/opt/zenrei/bin:$PATH"))
        if told.name == "postgres":  # what the image of PostgreSQL sets
            made |= {"PGDATA": str(self.folder / "pgdata"), "PGPORT": str(self.ports["postgres"])}
        return made

    def owner_of(self, name: str) -> dict[str, Any]:
        """Return as whom a service runs: PostgreSQL refuses to run as root."""
        if name != "postgres" or os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    # --- Making -------------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the secrets by our own script, and the folders that a container would have."""
        subprocess.run([sys.executable, ROOT / "docker/make_secrets.py", self.secrets], check=True)
        for path in self.secrets.glob("*_url"):
            text = path.read_text(encoding="utf-8")
            for name in ("postgres:5432", "valkey:6379"):
                text = text.replace(f"@{name}", f"@127.0.0.1:{self.ports[name.partition(':')[0]]}")
            path.unlink()
            path.write_text(text, encoding="utf-8")
        self.secrets.chmod(0o755)
        for name in ("run", "evidence", "valkey", "pgdata", "bin"):
            (self.folder / name).mkdir()
        if owner := self.owner_of("postgres"):
            os.chown(self.folder / "pgdata", owner["user"], owner["group"])
        (self.folder / "bin/valkey-server").symlink_to(embedded_valkey.binary())
        shim = self.folder / "bin/valkey-cli"
        shim.write_text(VALKEY_CLI.format(python=sys.executable, port=self.ports["valkey"]), encoding="utf-8")
        shim.chmod(0o755)

    def postgres_program(self, name: str) -> str:
        """Return one of PostgreSQL's programs where the user that runs it can reach it."""
        source = embedded_postgres.binaries()
        if not self.owner_of("postgres"):
            return str(source / name)
        copy = self.folder / "site/postgres"
        if not copy.exists():
            shutil.copytree(source.parent, copy / source.parent.name, symlinks=True)
            libraries = source.parent.parent.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, copy.parent / libraries.name, symlinks=True)
        return str(copy / source.parent.name / "bin" / name)

    def init_postgres(self) -> None:
        """Do what the image's first start does: initdb with the file's arguments, passwords for everybody."""
        told = service("postgres")
        words = [self.postgres_program("initdb"), "--username", told.environment["POSTGRES_USER"]]
        words += ["--pwfile", self.here(told.environment["POSTGRES_PASSWORD_FILE"])]
        words += [*shlex.split(told.environment["POSTGRES_INITDB_ARGS"]), "--auth=scram-sha-256"]
        environment = {"PGDATA": str(self.folder / "pgdata"), "PATH": os.defpath}
        subprocess.run(words, env=environment, check=True, capture_output=True, cwd="/", **self.owner_of("postgres"))
        with (self.folder / "pgdata/postgresql.conf").open("a") as file:
            file.write("unix_socket_directories = ''\nfsync = off\n")

    def run_roles(self) -> None:
        """Run what the image runs after its first start: the files of docker-entrypoint-initdb.d."""
        told = service("postgres")
        environment = self.variables(told) | {"PGPASSWORD": self.secret("postgres_password"), "PGHOST": "127.0.0.1"}
        for file in sorted((ROOT / "docker/postgres").glob("*.sql")):
            words = [self.postgres_program("psql"), "-v", "ON_ERROR_STOP=1", "--no-password", "--no-psqlrc"]
            words += ["--username", told.environment["POSTGRES_USER"], "--dbname", "postgres", "--file", str(file)]
            subprocess.run(words, env=environment, check=True, capture_output=True)

    # --- Running ------------------------------------------------------------------------------------------------------

    def command(self, words: list[str]) -> list[str]:
        """Return a command of the file with this machine's programs."""
        program, *rest = [self.here(word) for word in words]
        if program == "python":
            return [sys.executable, *rest]
        if program in {"postgres", "pg_isready"}:
            return [self.postgres_program(program), *rest]
        if program == "valkey-server":
            return [str(self.folder / "bin" / program), *rest, "--port", str(self.ports["valkey"])]
        raise AssertionError(f"{program} is no program that a container would have here")

    def start(self, name: str) -> Running:
        """Start a service by its very command."""
        told = service(name)
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                self.command(told.command),
                cwd=ROOT if told.environment.get("DJANGO_SETTINGS_MODULE") else "/",
                env=self.variables(told),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **self.owner_of(name),
            )
        self.running[name] = Running(told, process, log)
        return self.running[name]

    def health(self, name: str) -> int:
        """Run a service's health check and return its exit code."""
        told = service(name)
        kind, *words = told.health
        command = ["/bin/sh", "-c", self.here(words[0])] if kind == "CMD-SHELL" else self.command(words)
        done = subprocess.run(command, cwd=ROOT, env=self.variables(told), capture_output=True, timeout=30, check=False)
        return done.returncode

    def start_healthy(self, name: str) -> Running:
        """Start a service and wait for its health check to say that it is healthy."""
        running = self.start(name)

        def healthy() -> bool:
            assert running.process.poll() is None, f"{name} ended:\n{running.log.read_text(errors='replace')[-3000:]}"
            return self.health(name) == 0

        until(healthy, why=f"{name} does not become healthy")
        return running

    def stop(self, name: str) -> tuple[int, float]:
        """Stop a service as compose does."""
        return self.running.pop(name).stop()

    def kill_all(self) -> None:
        """End whatever still runs, the last started first."""
        for running in reversed(list(self.running.values())):
            if running.process.poll() is None:
                running.process.kill()
                running.process.wait()

    # --- Looking ------------------------------------------------------------------------------------------------------

    def secret(self, name: str) -> str:
        """Return a secret."""
        return (self.secrets / name).read_text(encoding="utf-8")

    def connect(self, url: str = "database_url") -> psycopg.Connection[Any]:
        """Connect as the role whose address a secret holds."""
        return psycopg.connect(self.secret(url), autocommit=True)

    def manage(self, *words: str, text: str = "") -> str:
        """Run manage.py as `docker compose run web` would, and return what it prints."""
        told = service("web")
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.variables(told), input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def make_stack() -> Stack:
    """Return a stack in a folder that PostgreSQL's user can enter, too."""
    folder = Path(tempfile.mkdtemp(prefix="zenrei-stack-"))
    folder.chmod(0o755)
    return Stack(folder)
