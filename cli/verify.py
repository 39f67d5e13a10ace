"""``zenrei verify``: is all evidence still what was given? Asks the database that belongs to the data folder."""

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Final

from cli.errors import UsageError

ROOT: Final = Path(__file__).resolve().parent.parent
# Of an instance's own environment (`run.py exec`), what names its servers: not those of another data folder.
_OF_AN_INSTANCE: Final = ("DATABASE_URL", "CELERY_BROKER_URL", "ZENREI_CACHE_URL", "ZENREI_PORT", "ZENREI_EMBEDDED")
_HEAD: Final = re.compile("[0-9a-f]{64}")
CODES: Final = """prints {"checked": pieces of evidence, "broken": [{"evidence", "entry", "what", …}], …}

exit codes:
  0  everything is what it was
  1  something is broken: bytes, an entry of a custody chain or of a timeline, or the published heads
  2  it could not be verified"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "verify",
        help="read all evidence again: blobs, custody chains, timelines",
        description="Read every blob, every custody chain, every timeline and the published heads again.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: ZENREI_DATA, else var/)")
    parser.add_argument(
        "--head", metavar="HASH", help="a published head that you kept elsewhere: it must be there still"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Become the command of the supervisor that starts the folder's database, or uses the one that runs."""
    head = _head(arguments.head)
    named = arguments.data or os.environ.get("ZENREI_DATA")
    folder = Path(named or ROOT / "var").absolute()
    environment = _environment(arguments.data, folder)
    if not environment.get("DATABASE_URL") and not _has_database(folder):
        raise UsageError(f"there is nothing to verify in the data folder {folder}: name another one with --data")
    # -P: a folder named `config` where the person stands is not ours.
    command = [sys.executable, "-P", "-m", "config.supervisor", "--data", str(folder), "exec", "manage.py", "verify"]
    command += ["--head", head] if head else []
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606  (no shell is meant)


def _head(given: str | None) -> str:
    """Return the head that was given, empty where none was; what is none is refused, for nothing would look for it."""
    if given is None:
        return ""
    head = given.strip().lower()
    if not _HEAD.fullmatch(head):
        raise UsageError(f"--head {given!r} is no hash of a published head: it has 64 hexadecimal digits")
    return head


def _environment(data: str | None, folder: Path) -> dict[str, str]:
    """The environment of the command: without the servers of an instance where another data folder was named."""
    kept = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    if data and kept.get("ZENREI_EMBEDDED") and Path(kept.get("ZENREI_DATA", "")).resolve() != folder.resolve():
        for name in _OF_AN_INSTANCE:
            kept.pop(name, None)
    return kept


def _has_database(folder: Path) -> bool:
    """Whether a data folder has a database, as far as this user may look."""
    try:
        return (folder / "postgres").exists()
    except PermissionError:
        return True  # whoever may look into it is started, and says what is wrong
