"""Compiling the log engine when a worker has started: readings are handed the object code, and none waits for it."""

import logging
import subprocess
import sys
import threading
from typing import Any

from celery.signals import worker_ready
from django.conf import settings

log = logging.getLogger(__name__)
AFTER_SECONDS = 60
MOST_SECONDS = 1800  # at half speed, and with the rest of the machine in use, it takes one or two minutes
NOT_COMPILED = "the log engine was not compiled, large logs are read the plain way: %s"


def compile_engine() -> None:
    """Make the object code where it is missing, in a process of its own: a compiler takes memory for good."""
    command = [sys.executable, "-m", "ingest.engine.fast.compiled", str(settings.COMPILED_DIR)]
    try:
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        log.warning(NOT_COMPILED, f"it took longer than {MOST_SECONDS} s")
        return
    if done.returncode:
        log.warning(NOT_COMPILED, done.stderr[-2000:])


@worker_ready.connect
def compile_in_background(**_: Any) -> None:
    """Begin with it once the first page had its time; until it is done, logs are read the plain way."""
    timer = threading.Timer(AFTER_SECONDS, compile_engine)
    timer.daemon = True
    timer.start()
