"""`manage.py load_pack NAME`: load knowledge that comes with the product, or let it follow a newer pack."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from kb.services.packs import PACKS, load_pack


class Command(BaseCommand):
    """Loads a pack; says what it did, and what it left alone since people had changed it."""

    help = "Load a pack of knowledge by its name, or by the path of its folder. What people changed stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the pack."""
        parser.add_argument(
            "pack", help=f"one of {', '.join(sorted(one.name for one in PACKS.iterdir()))}, or a folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it."""
        named = Path(options["pack"])
        folder = named if named.is_dir() else PACKS / named.name
        try:
            done = load_pack(folder)
        except DomainError as error:
            raise CommandError(error.detail) from None
        counted = ", ".join(f"{count} {what}" for what, count in sorted(done.counts.items()) if count)
        self.stdout.write(f"{named.name}: {counted or 'nothing new'}.")
        for what in done.kept:
            self.stdout.write(f"  left alone, since somebody changed it: {what}")
