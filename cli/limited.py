"""``python -m cli.limited LIMITS -- zenrei words…``: the same program, with limits that it puts on itself first.

Started by `ingest/sandbox.py`, never by people. The limits are set here, by the child, because code between fork and
exec is not safe in a parent that has threads. They cannot be raised again: hard limits are set, and no new privileges
can be gained. It fails closed: where a limit cannot be set, it ends before it looks at a byte of evidence.
"""

import ctypes
import errno
import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import orjson

from ingest.child_codes import CRASHED, FILE_TOO_LARGE, NOT_SET_UP, OUT_OF_MEMORY, PARENT_GONE

PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
CPU_GRACE: Final = 5  # seconds between the signal that says why and the one that cannot be caught


def main(words: Sequence[str]) -> NoReturn:
    """Limit this process, run the command, and leave with its exit code or one of `ingest.child_codes`."""
    given, _, *argv = words
    try:
        limits = orjson.loads(given)
        limit_self(limits)
        die_with(limits["parent"])
    except (OSError, ValueError, KeyError, AttributeError) as error:
        _leave(NOT_SET_UP, f"the limits could not be set: {error}")
    _run(argv)


def limit_self(limits: dict[str, Any]) -> None:
    """Take the limits on. DATA and not the address space is limited: a memory map of a huge log costs no memory."""
    cpu = limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (limits["data_bytes"], limits["data_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + CPU_GRACE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["file_bytes"], limits["file_bytes"]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits["open_files"], limits["open_files"]))
    os.umask(0o077)


def die_with(parent: int) -> None:
    """Be killed when the parent ends, and gain no rights by running other programs.

    The kernel sends the signal when the *thread* that started this process ends, which is right for a worker whose
    thread waits for the child. If the parent ended before the request, it is not our parent any more.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((PR_SET_PDEATHSIG, signal.SIGKILL), (PR_SET_NO_NEW_PRIVS, 1)):
        if libc.prctl(option, value, 0, 0, 0):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    if os.getppid() != parent:
        _leave(PARENT_GONE, "")


def _run(argv: Sequence[str]) -> NoReturn:
    try:
        from cli.main import main as zenrei  # noqa: PLC0415 - loaded under the limits

        _leave_with_output(zenrei(argv))
    except SystemExit as leaving:
        _leave_with_output(leaving.code if isinstance(leaving.code, int) else 2)
    except MemoryError:
        _leave(OUT_OF_MEMORY, "")
    except BaseException as error:  # noqa: BLE001 - Python would leave with 1, which `zenrei scan` uses for findings
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            _leave(FILE_TOO_LARGE, "")
        _leave(CRASHED, "".join(traceback.format_exception(error, limit=-3)))


def _leave_with_output(code: int) -> NoReturn:
    """Leave without the interpreter's tidying, which may need memory that is gone; what is written counts."""
    sys.stdout.flush()
    os._exit(code)


def _leave(code: int, message: str) -> NoReturn:
    if message:
        os.write(2, f"{message.strip()}\n".encode(errors="replace"))
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
