"""``zenrei versions``: version strings in, the same in order with their ranks out."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from kb.versions.registry import GENERAL, scheme_for
from kb.versions.scheme import Scheme
from kb.versions.version import Version, VersionError

TEXT: Final = """One version a line on standard input, UTF-8; empty lines are skipped. Printed is rank<TAB>string,
ascending. Equal versions have equal rank and stay in the order in which they came. A version without a build
stands for all its builds: it has the rank of a build when the input holds only one of that number, and
else stands before them."""
CODES: Final = """exit codes: 0 all lines were read; 2 some were not: each is told on standard error with its number and
the reason, and the others are printed all the same"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "versions",
        help="put version strings in order",
        description=TEXT,
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("product", metavar="PRODUCT", help="the product's slug: fortimail, pan-os, junos-os, ios-xe…")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the ranks; exit 2 where a line could not be read."""
    scheme = scheme_for(arguments.product)
    if scheme is None:
        print(f"zenrei: no version scheme for {arguments.product!r}: the general one is used", file=sys.stderr)
        scheme = GENERAL
    versions, refused = [], 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            if (version := read(scheme, line, first=number == 1)) is not None:
                versions.append(version)
        except VersionError as error:
            refused += 1
            print(f"zenrei: line {number}: {error}", file=sys.stderr)
    sys.stdout.buffer.writelines(f"{rank}\t{version.text}\n".encode() for rank, version in ranked(versions))
    sys.stdout.buffer.flush()
    return 2 if refused else 0


def read(scheme: Scheme, line: bytes, *, first: bool = False) -> Version | None:
    """The version on a line, None for an empty one; raise `VersionError`. A byte order mark may open the first."""
    try:
        text = line.decode("utf-8-sig" if first else "utf-8").strip()
    except UnicodeDecodeError:
        raise VersionError(line.decode(errors="backslashreplace").strip(), "it is not UTF-8") from None
    return scheme.parse(text) if text else None


def ranked(versions: Iterable[Version]) -> Iterator[tuple[int, Version]]:
    """Versions in ascending order with ranks from 1; where a number has one build at most, nothing tells it apart."""
    versions = list(versions)
    builds: defaultdict[str, set[str]] = defaultdict(set)
    for version in versions:
        if version.build is not None:
            builds[version.base].add(version.key)

    def place(version: Version) -> str:
        """The key that counts in this input."""
        return version.key if len(builds[version.base]) > 1 else version.base

    for rank, (_, equal) in enumerate(groupby(sorted(versions, key=place), key=place), 1):
        for version in equal:
            yield rank, version
