"""The child's side of the sandbox: take limits upon itself, then run a program of this project in this process.

Started as ``python -m ingest.sandbox_child '<settings as JSON>' ARGUMENT…`` by `ingest.sandbox`, never by people. It is
set up here and not between fork and exec, since the parent has threads (a ``preexec_fn`` may then hang for ever).
It fails closed: a limit that cannot be set ends the child before it looks at a byte of evidence.
"""

import ctypes
import errno
import json
import os
import resource
import runpy
import signal
import sys
import traceback
from typing import Any, Final, NoReturn

# Exit codes that no program of this project uses; `ingest.sandbox` turns them into reasons.
OUT_OF_MEMORY: Final = 101
FILE_TOO_LARGE: Final = 102
NOT_SET_UP: Final = 103
PARENT_GONE: Final = 104
CRASHED: Final = 105
PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
CPU_GRACE: Final = 5  # seconds between the signal that can be caught and the one that cannot


def main() -> NoReturn:
    """Set up, run, and leave with the program's exit code or one of ours."""
    settings = json.loads(sys.argv[1])
    try:
        set_limits(settings)
        die_with(settings["parent"])
    except (OSError, ValueError, KeyError) as error:
        _leave(NOT_SET_UP, f"the limits could not be set: {error}")
    _run(settings["module"], sys.argv[2:])


def set_limits(settings: dict[str, Any]) -> None:
    """Limits of this process: memory it may write (not address space, which memory maps need), CPU time, files."""
    cpu = settings["cpu_seconds"]
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_DATA, settings["data_bytes"], settings["data_bytes"]),
        (resource.RLIMIT_CPU, cpu, cpu + CPU_GRACE),
        (resource.RLIMIT_FSIZE, settings["file_bytes"], settings["file_bytes"]),
        (resource.RLIMIT_NOFILE, settings["open_files"], settings["open_files"]),
    ):
        resource.setrlimit(what, (soft, hard))
    os.umask(0o077)


def die_with(parent: int) -> None:
    """Be killed when the parent ends, and gain no rights by running other programs.

    The kernel sends the signal when the *thread* that started this process ends, which is fine for a worker whose
    thread waits for the child. If the parent ended before the request, it is not our parent any more.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((PR_SET_PDEATHSIG, signal.SIGKILL), (PR_SET_NO_NEW_PRIVS, 1)):
        if libc.prctl(option, value, 0, 0, 0):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    if os.getppid() != parent:
        os._exit(PARENT_GONE)


def _run(module: str, arguments: list[str]) -> NoReturn:
    """Run a module as a program, as ``python -m`` does."""
    sys.argv[1:] = arguments
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        _flush_and_leave(code)
    except MemoryError:
        _leave(OUT_OF_MEMORY, "")
    except BaseException as error:  # noqa: BLE001 - Python would leave with 1, which our programs use for findings
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            _leave(FILE_TOO_LARGE, "")
        _leave(CRASHED, "".join(traceback.format_exception(error, limit=-3)))
    _flush_and_leave(0)


def _flush_and_leave(code: int) -> NoReturn:
    """Leave without the interpreter's tidying, which needs memory that may be gone; what is written counts."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _leave(FILE_TOO_LARGE if error.errno == errno.EFBIG else CRASHED, str(error))
    os._exit(code)


def _leave(code: int, message: str) -> NoReturn:
    if message:
        os.write(2, f"{message}\n".encode())
    os._exit(code)


if __name__ == "__main__":
    main()
