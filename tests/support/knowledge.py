"""A product of which enough is known that a check of it can be clear, made by the services that people use."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from kb.models import KnownIssue, Party, PartyKind, Product, Source
from kb.services.catalogue import create_release, create_source
from kb.services.issues import create_issue
from kb.services.products import create_product
from kb.services.statements import NewStatement


def days_ago(days: int) -> date:
    """Return a day in the past."""
    return timezone.localdate() - timedelta(days=days)


@dataclass
class Widget:
    """A product "Widget" with the releases 1.0.0 and 1.0.1, read from its vendor's notes ten days ago."""

    path_needed: bool = False
    retrieved: int = 10
    kind: str = "vendor"
    released: int | None = 400
    end_of_support: date | None = None
    covers: tuple[str, ...] = ("1.0",)
    versions: tuple[str, ...] = ("1.0.0", "1.0.1")
    product: Product = field(init=False)
    source: Source = field(init=False)

    def __post_init__(self) -> None:
        vendor, _ = Party.objects.get_or_create(slug="acme", defaults={"name": "Acme", "kind": PartyKind.VENDOR})
        self.product = create_product(name="Widget", vendor=vendor, path_needed=self.path_needed)
        for number, version in enumerate(self.versions):
            released = None if self.released is None else days_ago(self.released - number)
            create_release(
                product=self.product,
                version=version,
                released=released,
                end_of_support=self.end_of_support if version == self.versions[-1] else None,
            )
        self.source = create_source(
            product=self.product,
            title="Release notes",
            kind=self.kind,
            published=days_ago(20),
            retrieved=days_ago(self.retrieved),
            covers=self.covers,
        )

    def issue(
        self, *statements: NewStatement, kind: str = "defect", severity: str = "medium", **more: Any
    ) -> KnownIssue:
        """Record an issue of it."""
        return create_issue(
            product=self.product,
            author=None,
            department=more.pop("department", None),
            kind=kind,
            title=more.pop("title", "Fan stops"),
            severity=severity,
            statements=statements,
            **more,
        )

    def listed(self, first: str, last: str, **more: Any) -> KnownIssue:
        """Record an issue that the vendor's list, which leaves nothing out, names for a range."""
        ranges = [{"from": first, "to": last}]
        return self.issue(NewStatement("ranges", ranges=ranges, lists_all=True, source=self.source), **more)

    def seen(self, version: str, **more: Any) -> KnownIssue:
        """Record an issue that was seen on a version."""
        return self.issue(NewStatement("seen", version=version, source=self.source), **more)
