"""The program ``zenrei``: subcommands and nothing else. No Django is imported here, so that it starts at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from cli import check, diff, lines, parse, scan, transaction, versions
from cli.errors import UsageError


def build_parser() -> argparse.ArgumentParser:
    """All subcommands with their flags."""
    parser = argparse.ArgumentParser(
        prog="zenrei", description="What a mail gateway told, what it did, and where the two differ."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (scan, diff, parse, lines, transaction, versions, check):
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code; one sentence on standard error where it cannot run."""
    arguments = build_parser().parse_args(argv)
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
