"""Waking a worker without ever making a request wait for the broker.

A send to a broker that is away blocks for seconds. So ids are handed to a thread of this process; where it cannot keep
up or the broker refuses, the id is dropped: the sweep finds the row.

The broker's client is made here from the settings. Celery's `current_app` is the project's only in a thread that
imported `config.celery`; elsewhere it would knock at a broker that nobody set up, and nobody would notice.
"""

import logging
import queue
import threading

from celery import Celery

log = logging.getLogger(__name__)

RUN_JOB = "common.jobs.tasks.run_job"
WAKE_EXPIRES_SECONDS = 60  # the sweep has sent a newer one by then

_client = Celery("zenrei-wake", set_as_current=False, fixups=[])
_client.config_from_object("django.conf:settings", namespace="CELERY")


def send(job_id: int) -> None:
    """Send a job's id to the broker now; raises, and may block for seconds, where the broker is away."""
    _client.send_task(RUN_JOB, args=[job_id], expires=WAKE_EXPIRES_SECONDS)


class _Waker:
    """A daemon thread that sends job ids to the broker, and the queue that feeds it."""

    def __init__(self, capacity: int = 1000) -> None:
        self._ids: queue.Queue[int] = queue.Queue(capacity)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def wake(self, job_id: int) -> None:
        """Hand an id over; returns at once."""
        try:
            self._ids.put_nowait(job_id)
        except queue.Full:
            log.info("wake-up of job %s left to the sweep: the broker is slow", job_id)
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send, name="job-waker", daemon=True)
                self._thread.start()

    def _send(self) -> None:
        """Send ids for as long as the process lives."""
        while True:
            job_id = self._ids.get()
            try:
                send(job_id)
            except Exception as error:  # noqa: BLE001  (whatever the broker's client raises: the sweep sends again)
                log.warning("wake-up of job %s left to the sweep: %s", job_id, error)
            finally:
                self._ids.task_done()

    def drain(self) -> None:
        """Wait until everything handed over was sent or given up."""
        self._ids.join()


_waker = _Waker()
wake = _waker.wake
drain = _waker.drain
