"""What we know: parties, products, devices, known issues, and what an upgrade would bring."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KnowledgeConfig(AppConfig):
    """Names the app; after each migration keys are looked at, since a new release may order versions otherwise."""

    name = "kb"

    def ready(self) -> None:
        """Listen for the end of migrations."""
        post_migrate.connect(_make_outdated_keys_anew, sender=self)


def _make_outdated_keys_anew(**told: Any) -> None:
    """Make keys anew where a scheme has changed: old ones would give wrong answers."""
    from django.db import connection  # noqa: PLC0415  (models are there only once the apps are)

    from kb.services.rekey import rekey_outdated  # noqa: PLC0415

    if "kb_issuespans" in connection.introspection.table_names():  # not so after a migration to an older state
        rekey_outdated()
