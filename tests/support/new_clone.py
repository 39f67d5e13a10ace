"""`python3 run.py` in a new clone and an empty environment, as a person with nothing but python3 starts it."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.support.instance import ROOT, Instance, free_port


def clone(target: Path) -> Path:
    """Copy what git holds, as it is in the work tree, without anything that a machine used before would hide."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


def empty_environment() -> dict[str, str]:
    """Return PATH and HOME, and nothing else: `env -i`."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/root")}


def start(folder: Path, output: Path) -> Instance:
    """Start a clone on a free port; what it says goes into a file."""
    port = free_port()
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "run.py", "--port", str(port)],
            cwd=folder,
            env=empty_environment(),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
        )
    return Instance(process, folder / "var", port, output)


def wait_for_finding(instance: Instance, deadline: float) -> list[dict[str, str]]:
    """Return the cited lines of the story's finding as soon as it hangs in its case."""
    while time.monotonic() < deadline:
        found = instance.call("GET", "cases/CASE-0001/findings/?rule=rejected-and-delivered").json
        if found["count"]:
            return list(found["results"][0]["evidence"])
        time.sleep(0.2)
    raise AssertionError("the story's case was not complete in time")
