"""The program ``zenrei``: subcommands and nothing else. No Django is imported here, so that it starts at once."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from cli.errors import UsageError

# The modules, in the order of the help, with the subcommands that each declares.
MODULES: Final = {
    "scan": ("scan",),
    "detect": ("detect", "events"),
    "diff": ("diff",),
    "parse": ("parse",),
    "lines": ("lines",),
    "frames": ("frames",),
    "transaction": ("transaction",),
    "versions": ("versions",),
    "check": ("check",),
    "verify": ("verify",),
    "mails": ("mails",),
}


def build_parser(word: str = "") -> argparse.ArgumentParser:
    """The subcommand of that name with its flags; all of them where there is none of that name.

    Only what is asked for is imported: all together take longer than to read a hundred lines.
    """
    parser = argparse.ArgumentParser(
        prog="zenrei", description="What a mail gateway told, what it did, and where the two differ."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in [name for name, declared in MODULES.items() if word in declared] or MODULES:
        import_module(f"cli.{module}").add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code; one sentence on standard error where it cannot run."""
    words = sys.argv[1:] if argv is None else argv
    arguments = build_parser(words[0] if words else "").parse_args(words)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except UsageError as error:
        print(f"zenrei: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader went away (`| head`): what was asked for was given
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
