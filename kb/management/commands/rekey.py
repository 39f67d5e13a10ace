"""`manage.py rekey`: make version keys anew where a scheme has changed since they were written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from kb.models import Product
from kb.services.rekey import rekey, rekey_outdated


class Command(BaseCommand):
    """Keys decide what is newer than what: ones of an older scheme would give wrong answers. `migrate` does it too."""

    help = "Make the keys of releases and issues anew where the version scheme of their product has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --all."""
        parser.add_argument("--all", action="store_true", help="every product, changed or not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make keys anew, and say of which products."""
        try:
            if options["all"]:
                done = [(product, *rekey(product)) for product in Product.objects.order_by("pk")]
            else:
                done = rekey_outdated()
        except DomainError as error:
            raise CommandError(error.detail) from None
        for product, releases, issues in done:
            self.stdout.write(f"{product.name}: {releases} releases and {issues} issues have new keys.")
