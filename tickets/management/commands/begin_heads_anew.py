"""`manage.py begin_heads_anew`: where the published heads were lost, and an administrator knows why."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import DomainError
from tickets.services.heads_anew import begin_heads_anew


class Command(BaseCommand):
    """Puts the file aside and publishes the ends of all chains anew."""

    help = (
        "Begin the file of published heads anew, with all chains as they are now. Verify first: what is broken then is "
        "told no more. The old file stays, under another name."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --why."""
        parser.add_argument("--why", required=True, metavar="TEXT", help="what happened: it is kept, and shown")

    def handle(self, *args: Any, **options: Any) -> None:
        """Begin anew."""
        try:
            aside = begin_heads_anew(why=options["why"])
        except (DomainError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"The old file is {aside}." if aside else "There was no file.")
        self.stdout.write("The next one begins within a minute, where the worker runs. Then run `zenrei verify`.")
