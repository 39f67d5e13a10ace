"""A toy installation for these tests: the real supervisor and servers around an application of a few lines."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from config.instance import DataFolder, Note, read_note
from config.proc import Process, processes
from config.runtime import Runtime

REPO = Path(__file__).resolve().parent.parent.parent
TOY = Path(__file__).with_name("toy")
PROGRAMS = ("django", "settings", "urls", "api", "celery", "wsgi", "gunicorn", "env", "__init__")
READY = "Ctrl-C stops it."
NOTHING: Mapping[str, str] = {}


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"it did not come true in {seconds} s"
        time.sleep(0.02)


@dataclass
class Running:
    """A supervisor that was started."""

    process: subprocess.Popen[str]
    output: Path
    port: int = 0

    def printed(self) -> str:
        """Return what it printed."""
        return self.output.read_text(encoding="utf-8")

    def wait_ready(self) -> None:
        """Wait until it says that it runs."""
        wait_for(lambda: READY in self.printed() or self.process.poll() is not None, 40)
        assert READY in self.printed(), self.printed()

    def get(self, path: str = "/") -> int:
        """Return the status of a page; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=40)


@dataclass
class Toy:
    """The toy installation in a folder of its own."""

    repo: Path
    python: str
    environment: dict[str, str]
    started: list[Running] = field(default_factory=list)
    data: Path = Path()
    template: Path | None = None

    def __post_init__(self) -> None:
        self.data = self.repo / "var"

    @property
    def folder(self) -> DataFolder:
        """Its data folder."""
        return DataFolder(self.data.resolve())

    @property
    def note(self) -> Note:
        """What the running instance tells about itself."""
        note = read_note(self.folder)
        assert note is not None
        return note

    def command(self, *words: str) -> list[str]:
        """Return the command for the supervisor, as run.py calls it."""
        return [self.python, "-P", "-m", "config.supervisor", *words]

    def run(
        self, *words: str, user: int | None = None, timeout: float = 60, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.environment | variables,
            cwd=self.repo,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )

    def start(self, *words: str, user: int | None = None, port: int | None = None, **variables: str) -> Running:
        """Start an instance; `wait_ready` waits for it."""
        port = port or free_port()
        return self.spawn("--port", str(port), *words, user=user, port=port, variables=variables)

    def spawn(
        self, *words: str, user: int | None = None, port: int = 0, variables: Mapping[str, str] = NOTHING
    ) -> Running:
        """Start a command and let it run."""
        output = self.repo / f"output-{len(self.started)}"
        with output.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                self.command(*words),
                env=self.environment | dict(variables),
                cwd=self.repo,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
        running = Running(process, output, port)
        self.started.append(running)
        return running

    def seed(self) -> None:
        """Begin with a copy of a new database, where there is none: making one takes longer."""
        if self.template is not None and not os.path.lexists(self.data):
            self.data.mkdir(mode=0o700)
            owner = self.template.stat()
            os.chown(self.data, owner.st_uid, owner.st_gid)
            subprocess.run(["cp", "-a", self.template, self.data / "postgres"], check=True)

    def start_ready(self, *words: str, **variables: str) -> Running:
        """Start an instance and wait until it answers."""
        self.seed()
        running = self.start(*words, user=None, port=None, **variables)
        running.wait_ready()
        return running

    def services(self, *words: str, **variables: str) -> Running:
        """Start the servers alone and wait until they answer."""
        self.seed()
        running = self.spawn("services", *words, variables=variables)
        wait_for(lambda: running.process.poll() is not None or self.is_served_by(running), 30)
        assert running.process.poll() is None, running.printed()
        return running

    def is_served_by(self, running: Running) -> bool:
        """Say whether the servers of that supervisor are ready."""
        note = read_note(self.folder)
        return note is not None and note.state == "ready" and note.pid == running.process.pid

    def children(self) -> list[Process]:
        """Return the processes that work for this installation, by its folders."""
        data = str(self.folder.root).encode()
        return [
            process
            for process in processes()
            if process.state != "Z"
            and (b"ZENREI_CHILD_OF=" + data in process.environment() or process.folder() == self.folder.postgres)
        ]

    def child(self, words: str) -> int:
        """Return the pid of the supervisor's child whose command line has these words."""
        supervisor = self.note.pid
        for process in processes():
            try:
                stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
                line = Path(f"/proc/{process.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended since they were listed
            if int(stat[1]) == supervisor and words in line:
                return process.pid
        raise AssertionError(f"no child {words!r}")

    def query(self, text: str) -> list[tuple[object, ...]]:
        """Ask the embedded database."""
        with psycopg.connect(self.note.environment["DATABASE_URL"]) as connection:
            return list(connection.execute(text).fetchall())

    def end(self) -> None:
        """End whatever still runs."""
        for running in self.started:
            if running.process.poll() is None:
                running.process.kill()
                running.process.wait()
        for process in self.children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        wait_for(lambda: not self.children())


def make_toy(repo: Path, python: str, environment: dict[str, str]) -> Toy:
    """Lay out a toy installation: our supervisor, the toy's application."""
    shutil.copytree(TOY, repo, dirs_exist_ok=True)
    for source in (REPO / "config").glob("*.py"):
        if source.stem not in PROGRAMS:
            shutil.copy(source, repo / "config" / source.name)
    (repo / "config" / "__init__.py").touch()
    shutil.copy(REPO / "pyproject.toml", repo)
    repo.chmod(0o755)
    return Toy(repo, python, environment | {"PYTHONPATH": str(repo)})


def bare_toy(repo: Path, python: Runtime) -> Toy:
    """Lay out a toy installation that a Python of ours runs, without a data folder."""
    environment = clean_environment()
    if python.libraries:
        environment["LD_LIBRARY_PATH"] = str(python.libraries)
    return make_toy(repo, str(python.python), environment)


def clean_environment() -> dict[str, str]:
    """Return nearly nothing: what cron, systemd or a container give."""
    kept = {"PATH": os.defpath, "HOME": "/nonexistent"}
    if "LD_LIBRARY_PATH" in os.environ:
        kept["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return kept


def interpreter() -> str:
    """Return the Python that runs these tests."""
    return sys.executable
