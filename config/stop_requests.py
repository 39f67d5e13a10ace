"""Signals as the supervisor sees them: a count of requests to stop, and a sleep that any signal ends."""

import os
import select
import signal
from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(Exception):
    """Raised where a request to stop arrives while something is waited for."""


class StopRequests:
    """Counts SIGINT, SIGTERM and SIGHUP: the first asks for a clean stop, the second for a fast one."""

    def __init__(self) -> None:
        self.count = 0
        self._wake, write = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in STOPS:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # started by nohup: the terminal may go away
            signal.signal(number, self._note)
        # Without a handler the death of a child would not end the sleep.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds`, less where a signal arrives."""
        if select.select([self._wake], [], [], max(seconds, 0))[0]:
            try:
                while os.read(self._wake, 512):
                    pass
            except BlockingIOError:
                return

    def check(self) -> None:
        """Raise StopAsked where a stop was asked for."""
        if self.count:
            raise StopAsked
