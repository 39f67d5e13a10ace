"""From nothing to the first page, and to the story's case complete: a new clone, an empty environment.

`python bench/first_run.py` copies the tree into a temporary folder and runs `python3 run.py` there, as a person would
with packages already in the installer's cache (run it twice and read the second). Promised: 30 and 60 seconds.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.new_clone import clone, start, wait_for_finding

FIRST_PAGE_SECONDS, CASE_COMPLETE_SECONDS = 30, 60


def measure(folder: Path) -> tuple[float, float, float]:
    """Return the seconds to the first page, to the complete case, and of the stop."""
    began = time.monotonic()
    instance = start(folder, folder.parent / "out")
    instance.wait_ready(300)
    first_page = time.monotonic() - began
    wait_for_finding(instance, began + 600)
    complete = time.monotonic() - began
    stopping = time.monotonic()
    instance.process.send_signal(signal.SIGINT)
    instance.process.wait(60)
    return first_page, complete, time.monotonic() - stopping


def main() -> None:
    """Measure once and print one row."""
    base = Path(tempfile.mkdtemp(prefix="zenrei-first-run-"))
    base.chmod(0o755)
    try:
        first_page, complete, stopping = measure(clone(base / "zenrei"))
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"first page {first_page:.1f} s (promised {FIRST_PAGE_SECONDS})")
    print(f"story complete {complete:.1f} s (promised {CASE_COMPLETE_SECONDS})")
    print(f"stop {stopping:.1f} s; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
