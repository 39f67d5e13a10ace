"""Stands in for the application's worker: beat adds a line to a file every half second."""

import os
import time
from pathlib import Path

from celery import Celery

app = Celery("toy", broker=os.environ["CELERY_BROKER_URL"])
app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": 0.5}}
app.conf.broker_connection_retry_on_startup = True


@app.task(name="sleep")
def sleep() -> None:
    """Take longer than anybody waits."""
    time.sleep(600)


@app.task(name="tick")
def tick() -> None:
    """Add a line."""
    with Path(os.environ["ZENREI_DATA"], "ticks").open("a") as file:
        file.write(f"{os.getpid()}\n")
