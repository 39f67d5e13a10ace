"""Processes that an earlier run of this data folder left behind.

Kill -9 of the supervisor gives it no time to stop them.

The kernel tells them to stop (config/child.py), and they take a moment; a second kill -9 may have hit one
whose own children then know nothing. They carry the data folder in their environment. PostgreSQL writes
over its own, but its processes all stand in their data folder.
"""

import os
import signal
import time
from pathlib import Path

from config.proc import Process, is_postgres_of, processes
from config.refusal import say

MARK = "ZENREI_CHILD_OF"


def _has_mark(process: Process, data: Path) -> bool:
    return f"{MARK}={data}".encode("utf-8", "surrogateescape") in process.environment()


def leftovers(data: Path) -> list[Process]:
    """Return the processes that work for the data folder `data`; ours must not have been started yet."""
    own = os.getpid()
    clusters = (data / "postgres", data / "postgres.new")
    return [
        process
        for process in processes()
        if process.pid != own
        and process.state != "Z"
        and (_has_mark(process, data) or any(is_postgres_of(process, cluster) for cluster in clusters))
    ]


def _signal_all(found: list[Process], number: signal.Signals) -> None:
    for process in found:
        if process.is_there():
            try:
                os.kill(process.pid, number)
            except ProcessLookupError:
                continue


def wait_until_gone(found: list[Process], seconds: float) -> bool:
    """Wait until none of the processes runs; say whether that came true in time."""
    end = time.monotonic() + seconds
    while any(process.is_there() for process in found):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stop_postgres_of(data: Path) -> None:
    """Stop what is left of a PostgreSQL on `data` whose main process is gone.

    Its backends hold the shared memory.
    """
    found = [process for process in processes() if is_postgres_of(process, data)]
    for number, seconds in ((signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0)):
        if not found:
            return
        _signal_all(found, number)
        if wait_until_gone(found, seconds):
            return


def stop_leftovers(data: Path) -> None:
    """Stop whatever an earlier run left; the lock of the data folder must be held."""
    found = leftovers(data)
    if not found or wait_until_gone(found, 1.0):
        return
    say("stopping what an earlier run of this data folder left behind")
    # PostgreSQL takes SIGINT for a fast, clean stop; the others stop on SIGTERM.
    _signal_all([p for p in found if p.program() == "postgres"], signal.SIGINT)
    _signal_all([p for p in found if p.program() != "postgres"], signal.SIGTERM)
    if wait_until_gone(found, 10.0):
        return
    _signal_all(leftovers(data), signal.SIGKILL)
    wait_until_gone(leftovers(data), 5.0)
