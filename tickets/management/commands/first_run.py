"""`manage.py first_run`: makes a new installation usable. Does nothing where somebody can log in already."""

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import Role, User
from accounts.services.departments import create_department, set_membership
from accounts.services.tokens import create_token
from tickets.sample.load import load_story

EMAIL = "admin@localhost"
TOKEN_DAYS = 365


class Command(BaseCommand):
    """Makes the first department, its manager, a token file and, unless told otherwise, the story's case."""

    help = (
        "Make the first log-in, an API token in <data>/token and the sample case. "
        "Does nothing where somebody can log in already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --no-sample."""
        parser.add_argument(
            "--no-sample", action="store_true", help="leave out the story's case and what is known of FortiMail"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, and print the log-in; the password is told here and nowhere else."""
        if User.objects.exists():
            return
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            user = User.objects.create_superuser(EMAIL, password, name="Administrator")
            department = create_department(name="Mail Operations", code="CASE")
            set_membership(user=user, department=department, role=Role.MANAGER)
            _, secret = create_token(user=user, name="first run", scope="write", days=TOKEN_DAYS)
            if not options["no_sample"]:
                load_story(department=department, author=user)
            write_token(settings.DATA_DIR / "token", secret)
        self.stdout.write(f"Log in as {EMAIL} with the password {password} (told this once).")


def write_token(path: Path, secret: str) -> None:
    """Write the secret to a file that only its owner may read, made anew so that nobody else holds it open."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
