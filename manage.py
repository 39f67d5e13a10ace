#!/usr/bin/env python3
"""Django's command line for this project; `python3 run.py exec manage.py …` gives it its environment."""

import os
import sys


def main() -> None:
    """Run a management command against the settings of this project."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  (settings must be named first)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
