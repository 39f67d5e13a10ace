"""The history of what is known: what happened, when, by whom. Rows are added, never changed."""

from datetime import date
from typing import Any

from accounts.models import User
from kb.models import CatalogueEvent, IssueEvent, KnownIssue, Product


def record_event(issue: KnownIssue, kind: str, author: User | None, **detail: Any) -> None:
    """Write what happened into the issue's history; without an author it was a pack."""
    IssueEvent.objects.create(issue=issue, kind=kind, by=author, detail=detail)


def record_catalogue_event(product: Product, kind: str, author: User | None, **detail: Any) -> None:
    """Write what happened into the history of a product's catalogue; without an author it was a pack."""
    CatalogueEvent.objects.create(product=product, kind=kind, by=author, detail=detail)


def changes_of(row: Any, told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a change of a row's fields would change, as JSON: by field, the value that was and the new one."""
    was = {name: getattr(row, name) for name in told}
    return {name: {"old": _plain(was[name]), "new": _plain(new)} for name, new in told.items() if was[name] != new}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)
