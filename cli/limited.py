"""`python -m cli.limited LIMITS -- zenrei words…`: the same program, with limits that it puts on itself first.

Run by `ingest/sandbox.py`. The limits are set here, by the child, because code between fork and exec is not safe in a
parent that has threads. They cannot be raised again: hard limits are set, and no new privileges can be gained.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Sequence
from typing import Final

import orjson

OUT_OF_MEMORY: Final = 71
PARENT_GONE: Final = 72
PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38


def limit_self(limits: dict[str, int], parent: int) -> None:
    """Take the limits on, and die with the parent; exit where the parent is gone already.

    DATA and not the address space is limited: a memory map of a log of many gigabytes costs no memory.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (limits["data_bytes"], limits["data_bytes"]))
    # The soft limit sends SIGXCPU, which says why; the hard one is for a child that would catch it.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["file_bytes"], limits["file_bytes"]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits["open_files"], limits["open_files"]))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and the line above
            raise SystemExit(PARENT_GONE)


def main(words: Sequence[str]) -> int:
    """Limit this process, then run the command."""
    given, _, *argv = words
    limits = orjson.loads(given)
    limit_self(limits, limits.pop("parent"))
    from cli.main import main as zenrei  # noqa: PLC0415  (loaded under the limits)

    try:
        return zenrei(argv)
    except MemoryError:
        return OUT_OF_MEMORY


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
