"""`manage.py verify`, which `zenrei verify` calls: reads every blob, every chain and the published heads again."""

import re
import sys
import time
from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError

from tickets.services.verification import Verified, verify_everything

TOLD_EVERY_SECONDS = 1.0
_HEAD = re.compile("[0-9a-f]{64}")


class Command(BaseCommand):
    """Verifies, prints one JSON object (contracts.md) and exits with 1 where anything is broken."""

    help = "Read every blob, every custody chain, every timeline and the published heads again; exit 1 where one broke."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --head."""
        parser.add_argument("--head", metavar="HASH", help="the hash of a published head, kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify everything."""
        head = options["head"]
        if head is not None and not _HEAD.fullmatch(head):
            raise CommandError(f"--head {head!r}: 64 hexadecimal digits are asked for.", returncode=2)
        try:
            found = verify_everything(kept_head=head or "", tell=_Teller())
        except ProgrammingError as error:
            raise CommandError(
                f"The database is not of this version: start Zenrei on it once, then verify ({error}).", returncode=2
            ) from error
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {error}", returncode=2) from error
        except (DatabaseError, OSError) as error:
            raise CommandError(f"It could not be verified to the end: {error}", returncode=2) from error
        self.stdout.write(orjson.dumps(found.row()).decode())
        if found.broken:
            sys.exit(1)


class _Teller:
    """Tells a person at a terminal how far it is."""

    def __init__(self) -> None:
        self._next = time.monotonic() + TOLD_EVERY_SECONDS

    def __call__(self, found: Verified) -> None:
        if sys.stderr.isatty() and time.monotonic() >= self._next:
            self._next = time.monotonic() + TOLD_EVERY_SECONDS
            sys.stderr.write(
                f"\rverify: {found.checked:,} pieces, {found.size / 1e9:,.1f} GB, {len(found.broken)} broken "
            )
