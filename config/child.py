"""Becomes a child of the supervisor: `python -I -S child.py SIGNAL PARENT COMMAND…`.

It asks the kernel to send SIGNAL when the process PARENT dies, then turns into COMMAND. A program of its
own rather than code between fork and exec, which must not allocate memory. It imports nothing of ours and
starts in some 10 ms.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int, parent: int) -> None:
    """Have the kernel send signal `number` to this process when `parent` dies; only Linux can."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def die_with_our_parent() -> None:
    """Have this process end when its parent does: for a child that a program makes by fork, such as Celery's beat."""
    die_with_parent(signal.SIGKILL, os.getppid())


def main(words: list[str]) -> None:
    """Read the command line and become the command."""
    number, parent, *command = words
    die_with_parent(int(number), int(parent))
    # The supervisor's handlers are gone with its program, but what it ignored or blocked would be inherited.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execvp(command[0], command)  # noqa: S606  (no shell is meant)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
