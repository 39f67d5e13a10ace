"""All children of one instance: started in order, kept running, stopped in the reverse order."""

import sys
import time
from collections.abc import Callable

from config.processes import Child, Program, ending
from config.refusal import Refusal, say
from config.stop_requests import StopAsked, StopRequests

_STEP = 0.03
_TRIES = 3
_FAST_PATIENCE = 2.0


class Crew:
    """Runs the children.

    One thread only: the kernel's parent-death signal follows the thread that started a child.
    """

    def __init__(self, requests: StopRequests) -> None:
        self._requests = requests
        self._children: list[Child] = []
        self._logs_seen = 0.0

    def start(self, program: Program) -> Child:
        """Start a child that is kept running from now on."""
        child = Child(program)
        self._children.append(child)
        child.start()
        return child

    def wait_ready(self, child: Child) -> None:
        """Wait until a child answers; give up where it keeps dying, or where a stop is asked for."""
        began = told = time.monotonic()
        while not (child.pid and child.is_ready()):
            self._requests.check()
            self._look_after()
            if child.deaths >= _TRIES:
                raise Refusal(f"{child.program.name} does not start:\n{child.log_tail()}", exit_code=1)
            if time.monotonic() - told > 15:
                told = time.monotonic()
                say(f"waiting for {child.program.name} for {told - began:.0f} s; its log: {child.program.log}")
            self._requests.sleep(_STEP)

    def run_once(self, program: Program, *, show: bool = False) -> None:
        """Run a program to its end.

        Once more where a server died under it. `show` lets it print to the terminal.
        """
        for _ in range(_TRIES):
            deaths = sum(child.deaths for child in self._children)
            code = self._run_to_end(program, show=show)
            if code == 0:
                return
            if deaths == sum(child.deaths for child in self._children):
                break
        child = Child(program)
        raise Refusal(f"{program.name} failed ({ending(code)}):\n{child.log_tail(25)}", exit_code=1)

    def _run_to_end(self, program: Program, *, show: bool) -> int:
        child = Child(program)
        child.start(output=sys.stdout.fileno() if show and sys.stdout else None)
        while (code := child.poll()) is None:
            try:
                self._requests.check()
            except StopAsked:
                self._stop_one(child)
                raise
            self._look_after()
            self._requests.sleep(_STEP)
        return code

    def tend(self) -> None:
        """Keep the children running until a stop is asked for."""
        while not self._requests.count:
            self._look_after()
            now = time.monotonic()
            due = [child.seconds_until_due(now) for child in self._children if child.pid is None]
            self._requests.sleep(min([2.0, *due]))

    def tend_while(self, needed: Callable[[], bool]) -> None:
        """Keep the children running for as long as they are needed, or until a second request to stop."""
        while needed() and self._requests.count < 2:
            self._look_after()
            self._requests.sleep(_STEP)

    def _look_after(self) -> None:
        now = time.monotonic()
        for child in self._children:
            code = child.tend(now)
            if code is not None:
                self._report(child, code, child.seconds_until_due(now))
        if now - self._logs_seen > 5:
            self._logs_seen = now
            for child in self._children:
                child.bound_log()

    def _report(self, child: Child, code: int, delay: float) -> None:
        say(f"{child.program.name} ended ({ending(code)}); starting it again in {delay:g} s")
        if child.deaths in (_TRIES, _TRIES * 4):
            log = child.program.log
            say(f"{child.program.name} keeps ending; the last lines of {log}:\n{child.log_tail()}")

    def stop(self) -> None:
        """Stop all children, the last started first."""
        while self._children:
            self._stop_one(self._children.pop())

    def _stop_one(self, child: Child) -> None:
        """Ask a child to stop.

        Less gently where it takes too long, or where a stop is asked for once more.
        """
        program = child.program
        begun = time.monotonic()
        fast: float | None = None
        child.send(program.stop)
        while child.pid is not None and child.poll() is None:
            now = time.monotonic()
            if fast is None and (self._requests.count > 1 or now - begun > program.patience):
                fast = now
                child.send(program.stop_fast)
            if fast is not None and now - fast > _FAST_PATIENCE:
                say(f"{program.name} did not stop in time and was killed")
                child.kill()
                return
            self._requests.sleep(_STEP)
