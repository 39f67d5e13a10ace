"""What is known of FortiMail, as the product loads it: loaded once a process, and copied where a test needs it again.

Loading takes seconds. The copy is of rows that the product itself wrote, so that no test sees another world by it.
"""

from pathlib import Path
from typing import Final

from django.apps import apps
from django.db import connection, models, transaction

from kb.models import Party, Product
from kb.services.packs import PACKS, Loaded, load_pack

FOLDER: Final = PACKS / "fortimail"
_copies: dict[str, bytes] = {}  # the statement that takes the rows in, and the rows


def load_fortimail(folder: Path = FOLDER) -> Loaded | None:
    """Load the pack; None where its rows were copied."""
    assert folder == FOLDER
    if Product.objects.exists() or Party.objects.exclude(slug="us").exists():
        return load_pack(folder)  # what is there already may be what the pack means
    if _copies:
        _copy_back()
        return None
    before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in _models()}
    loaded = load_pack(folder)
    _copies.update(_rows_since(before))
    return loaded


def _models() -> list[type[models.Model]]:
    """Return what has a table."""
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]


@transaction.atomic
def _copy_back() -> None:
    """Take the rows in as they were: what triggers would write stands in them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement, rows in _copies.items():
            with cursor.copy(statement) as copy:
                copy.write(rows)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _rows_since(before: dict[type[models.Model], set[object]]) -> dict[str, bytes]:
    """Return the rows that were not there before, by the statement that takes them in."""
    found = {}
    with connection.cursor() as cursor:
        for model, known in before.items():
            options = model._meta
            columns = ", ".join(f'"{field.column}"' for field in options.concrete_fields if not field.generated)
            query = f'SELECT {columns} FROM "{options.db_table}" WHERE "{options.pk.column}" <> ALL(%s) ORDER BY 1'
            with cursor.copy(f"COPY ({query}) TO STDOUT", [list(known)]) as copy:
                rows = b"".join(map(bytes, copy))
            if rows:
                found[f'COPY "{options.db_table}" ({columns}) FROM STDIN'] = rows
    return found
