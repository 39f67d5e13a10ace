"""Small worlds of knowledge for the tests of the pages."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Department, User
from kb.models import KnownIssue, Party, Product
from kb.services.catalogue import create_release, create_source
from kb.services.issues import create_issue
from kb.services.products import create_product
from kb.services.statements import NewStatement

ASKED = "/check/?product=fortimail&from=6.2.5&to=7.0.2"
FACT = "antispam.settings.scan-action-preference"


def fortimail() -> Product:
    """The product of the story."""
    return Product.objects.get(slug="fortimail")


def record(department: Department | None, author: User, **changes: Any) -> KnownIssue:
    """Record an issue that is on 7.0.2."""
    values: dict[str, Any] = {
        "kind": "defect", "title": "Quarantine is emptied at midnight", "severity": "high",
        "statements": [NewStatement("seen", "7.0.2")],
    }  # fmt: skip
    product = changes.pop("product", None) or fortimail()
    return create_issue(product=product, author=author, department=department, **(values | changes))


def clear_world(author: User) -> Product:
    """A product of which everything is known, and whose one issue is gone with 1.0.1."""
    vendor = Party.objects.filter(kind="vendor").first() or Party.objects.create(name="V", slug="v", kind="vendor")
    product = create_product(name="Clearbox", vendor=vendor, path_needed=False)
    for version in ("1.0.0", "1.0.1"):
        create_release(product=product, version=version, released=date(2020, 1, 1))
    today = timezone.localdate()
    source = create_source(
        product=product, title="All there is", kind="vendor", published=today - timedelta(days=2),
        retrieved=today - timedelta(days=1), covers=["1.0"],
    )  # fmt: skip
    said = NewStatement("ranges", ranges=[{"from": "1.0.0", "to": "1.0.0"}], lists_all=True, source=source)
    create_issue(product=product, author=author, department=None, kind="defect", title="Gone", statements=[said])
    return product
