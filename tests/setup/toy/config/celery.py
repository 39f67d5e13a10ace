"""Stands in for the application's worker: beat adds a line to a file every half second."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import beat_embedded_init

from config.child import die_with_our_parent

app = Celery("toy", broker=os.environ["CELERY_BROKER_URL"])
app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": 0.5}}
app.conf.broker_connection_retry_on_startup = True


@app.task(name="tick")
def tick() -> None:
    """Add a line."""
    with Path(os.environ["ZENREI_DATA"], "ticks").open("a") as file:
        file.write(f"{os.getpid()}\n")


@beat_embedded_init.connect
def end_with_the_worker(**_: object) -> None:
    """Beat is a child of the worker, and would outlive it when that is killed."""
    die_with_our_parent()
