"""Keeping a check, so that its answer can be shared and printed as it was given."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from kb.models import Product, StoredCheck


def keep_check(*, product: Product, author: User, report: dict[str, Any], fact_paths: Iterable[str]) -> StoredCheck:
    """Store a report as it was told; of the facts only which paths were given."""
    return StoredCheck.objects.create(product=product, asked_by=author, report=report, fact_paths=sorted(fact_paths))
