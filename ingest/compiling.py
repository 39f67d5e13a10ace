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


def compile_engine() -> None:
    """Make the object code where it is missing, in a process of its own: a compiler takes memory for good."""
    command = [sys.executable, "-m", "ingest.engine.fast.compiled", str(settings.COMPILED_DIR)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        log.warning("the log engine was not compiled, large logs are read the plain way: %s", done.stderr[-2000:])


@worker_ready.connect
def compile_in_background(**_: Any) -> None:
    """Begin with it once the first page had its time; until it is done, logs are read the plain way."""
    timer = threading.Timer(AFTER_SECONDS, compile_engine)
    timer.daemon = True
    timer.start()
