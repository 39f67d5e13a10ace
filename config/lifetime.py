"""An instance from its start to its stop.

The whole of it (`run`), or only its servers, for a command (`services`).
"""

import contextlib
import os
import shlex
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from config.crew import Crew
from config.instance import (
    AlreadyRunning,
    DataFolder,
    Note,
    is_used,
    make_secret_key,
    make_users_lock,
    open_folder,
    take_lock,
    write_note,
)
from config.leftovers import stop_leftovers
from config.processes import bound
from config.refusal import Refusal
from config.services import Programs, Services, choose_services
from config.sockets import remove_socket_folder
from config.stop_requests import StopAsked, StopRequests

BUSY = 75  # another instance has the data folder: whoever started us may attach to that one


@dataclass(slots=True)
class Stage:
    """An opened data folder with the means to run children on it."""

    folder: DataFolder
    requests: StopRequests
    crew: Crew
    note: Note

    def tell(self, state: str, **more: object) -> None:
        """Let others know how far this instance is."""
        self.note = replace(self.note, state=state, **more)  # type: ignore[arg-type]  # the callers name its fields
        write_note(self.folder, self.note)


@contextmanager
def opened(path: Path) -> Iterator[Stage]:
    """Take the data folder for this process; on the way out stop all children and clean up."""
    os.umask(0o077)
    folder = open_folder(path)
    held = take_lock(folder)
    requests = StopRequests()
    stage = Stage(folder, requests, Crew(requests), Note(os.getpid(), "starting"))
    try:
        stage.tell("starting")
        make_users_lock(folder)
        stop_leftovers(folder.root)
        for log in folder.log.glob("*.log"):
            bound(log)
        for rest in folder.cache.glob("backup-*"):
            shutil.rmtree(rest, ignore_errors=True)
        yield stage
    except StopAsked:
        pass
    finally:
        with contextlib.suppress(OSError):  # a full disk must not keep the servers from being stopped in order
            stage.tell("stopping")
        stage.crew.stop()
        remove_socket_folder(folder.run)
        folder.note.unlink(missing_ok=True)
        os.close(held)


def refuse_unfinished_restore(folder: DataFolder) -> None:
    """Refuse a data folder that a killed restore left."""
    if folder.unfinished.exists():
        raise Refusal(
            f"a restore into {folder.root} was not finished: run `python3 run.py restore FILE` again, "
            "which begins anew, or delete the folder."
        )


def refuse_taken_port(port: int) -> None:
    """Refuse a port that cannot be listened on, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            cure = "choose another with --port, for example `python3 run.py --port 8010`"
            raise Refusal(f"port {port} cannot be used ({error.strerror}): {cure}.") from None


def start_servers(stage: Stage, services: Services, programs: Programs) -> None:
    """Start the embedded servers, the database made first where it is new."""
    if services.cluster:
        services.cluster.create()
    make_secret_key(stage.folder)
    for program in programs.servers():
        stage.requests.check()
        stage.crew.wait_ready(stage.crew.start(program))


def run_instance(path: Path, port: int, *, sample: bool) -> int:
    """Run everything until a stop is asked for."""
    with opened(path) as stage:
        refuse_unfinished_restore(stage.folder)
        refuse_taken_port(port)
        services = choose_services(stage.folder)
        programs = Programs(stage.folder, services, port)
        url = f"http://127.0.0.1:{port}"
        stage.tell("starting", url=url, environment=services.urls | {"ZENREI_PORT": str(port)})
        start_servers(stage, services, programs)
        stage.crew.run_once(programs.migrate())
        if services.cluster:
            stage.crew.run_once(programs.first_run(sample=sample), show=True)
        stage.tell("ready")
        stage.crew.start(programs.worker())
        stage.crew.wait_ready(stage.crew.start(programs.web()))
        show(_greeting(url, stage.folder))
        stage.crew.tend()
        show("Stopping.")
    return 0


def run_services(path: Path, *, careless: bool) -> int:
    """Run only the embedded servers, until a stop is asked for and no command uses them any more."""
    try:
        with opened(path) as stage:
            refuse_unfinished_restore(stage.folder)
            services = choose_services(stage.folder, careless=careless)
            start_servers(stage, services, Programs(stage.folder, services))
            stage.tell("ready", environment=services.urls)
            stage.crew.tend()
            stage.tell("stopping")
            stage.crew.tend_while(lambda: is_used(stage.folder))
    except AlreadyRunning:
        return BUSY
    return 0


def _greeting(url: str, folder: DataFolder) -> str:
    lines = [("Zenrei runs at", url)]
    if folder.token.exists():
        lines.append(("API token in", str(folder.token)))
    lines.append(("Logs in", str(folder.log)))
    text = "\n".join(f"{label:<15} {value}" for label, value in lines)
    if folder.token.exists():
        text += f"\nFor `zenrei check`: export ZENREI_URL={url} ZENREI_TOKEN=$(cat {shlex.quote(str(folder.token))})"
    return f"\n{text}\nCtrl-C stops it."


def show(words: str) -> None:
    """Print for the person at the terminal, which may have gone away."""
    try:
        print(words, flush=True)
    except OSError:
        return
