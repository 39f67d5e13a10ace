"""What one instance consists of: its environment and its children, as data for the crew."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config import embedded_postgres, embedded_valkey
from config.embedded_postgres import Cluster, utf8_locale
from config.embedded_valkey import Broker
from config.instance import DataFolder
from config.leftovers import MARK
from config.processes import Program, answers
from config.sockets import socket_folder

REPO = Path(__file__).resolve().parent.parent
READY_PATH = "/api/v1/health/ready"


@dataclass(frozen=True, slots=True)
class Services:
    """The embedded servers of an instance; None where the environment names a server of its own."""

    cluster: Cluster | None
    broker: Broker | None

    @property
    def urls(self) -> dict[str, str]:
        """Return their addresses, under the names the application reads."""
        found: dict[str, str] = {}
        if self.cluster:
            found["DATABASE_URL"] = self.cluster.url
        if self.broker:
            found |= {"CELERY_BROKER_URL": self.broker.broker_url, "ZENREI_CACHE_URL": self.broker.cache_url}
        return found


def needed(environment: Mapping[str, str]) -> tuple[bool, bool]:
    """Say whether the embedded PostgreSQL and the embedded Valkey are wanted: where no URL names another."""
    return not environment.get("DATABASE_URL"), not environment.get("CELERY_BROKER_URL")


def choose_services(folder: DataFolder, *, careless: bool = False) -> Services:
    """Return the servers to start; refuse what cannot be started before anything is."""
    want_postgres, want_valkey = (True, True) if careless else needed(os.environ)
    if not (want_postgres or want_valkey):
        return Services(None, None)
    sockets = socket_folder(folder.run)
    cluster = broker = None
    if want_postgres:
        cluster = Cluster(folder.postgres, sockets, embedded_postgres.binaries(), careless)
        cluster.check_version()
    if want_valkey:
        broker = Broker(folder.valkey, sockets, embedded_valkey.binary())
    return Services(cluster, broker)


def environment(folder: DataFolder, urls: Mapping[str, str], port: int | None = None) -> dict[str, str]:
    """Return the environment of everything that works on a data folder. The time zone stays the person's."""
    utf8 = utf8_locale()
    repo, binaries = str(REPO), str(Path(sys.executable).parent)
    made = os.environ | {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings"),
        "LANG": utf8,
        "LC_ALL": utf8,
        "PATH": os.pathsep.join([binaries, os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": repo,
        "PYTHONUNBUFFERED": "1",
        "ZENREI_DATA": str(folder.root),
        **urls,
    }
    if "DATABASE_URL" in urls:
        made["ZENREI_EMBEDDED"] = "1"
    if port is not None:
        made["ZENREI_PORT"] = str(port)
    if not {"ZENREI_SECRET_KEY", "ZENREI_SECRET_KEY_FILE"} & set(made):
        made["ZENREI_SECRET_KEY_FILE"] = str(folder.secret_key)
    return made


class Programs:
    """The children of an instance and the commands that prepare it."""

    def __init__(self, folder: DataFolder, services: Services, port: int | None = None) -> None:
        self._folder = folder
        self._services = services
        self._port = port
        self.environment = environment(folder, services.urls, port) | {MARK: str(folder.root)}

    def servers(self) -> list[Program]:
        """Return the embedded servers, in the order of their start."""
        found = []
        if self._services.cluster:
            found.append(self._services.cluster.program(self.environment, self._log("postgres")))
        if self._services.broker:
            found.append(self._services.broker.program(self.environment, self._log("valkey")))
        return found

    def migrate(self) -> Program:
        """Return the command that brings the tables up to date."""
        return self._python("migrations", "migrate", ["manage.py", "migrate", "--noinput", "--skip-checks"])

    def first_run(self, *, sample: bool) -> Program:
        """Return the command that fills a new data folder; it prints how to log in, the first time."""
        return self._python("first run", "first_run", ["manage.py", "first_run", *([] if sample else ["--no-sample"])])

    def worker(self) -> Program:
        """Return the worker, with beat in it.

        A job's row brings it back, so a killed worker loses nothing.
        """
        schedule = str(self._folder.run / "beat-schedule")
        words = ["-m", "celery", "-A", "config", "worker", "-B", "-s", schedule]
        words += ["--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"]
        words += ["--include", "config.embedded_beat"]
        # Asked politely, it would wait for its tasks, which may take hours, though nobody is left to stop it.
        return self._python("worker", "worker", words, patience=20.0, parent_died=signal.SIGKILL)

    def web(self) -> Program:
        """Return the web server; it ends the requests under way before it stops."""
        port = self._port or 0
        words = ["-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi:application"]
        words += ["--bind", f"127.0.0.1:{port}"]
        return self._python("web", "web", words, patience=25.0, ready=port)

    def _log(self, name: str) -> Path:
        return self._folder.log / f"{name}.log"

    def _python(
        self,
        name: str,
        log: str,
        words: list[str],
        *,
        patience: float = 10.0,
        ready: int | None = None,
        parent_died: signal.Signals = signal.SIGTERM,
    ) -> Program:
        return Program(
            name=name,
            command=[sys.executable, *words],
            environment=self.environment,
            folder=REPO,
            log=self._log(log),
            parent_died=parent_died,
            patience=patience,
            is_ready=(lambda _pid: True) if ready is None else (lambda _pid: answers(ready, READY_PATH)),
        )
