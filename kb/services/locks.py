"""Rows that are held while something is said: always the product first, then the issue, so that no ring can form."""

from kb.models import KnownIssue, Product


def lock_product(product_id: int) -> None:
    """Hold a product: what is derived about its issues rests on its whole catalogue, which nobody changes meanwhile."""
    Product.objects.select_for_update().get(pk=product_id)


def lock_issue(issue: KnownIssue) -> KnownIssue:
    """Return the issue's row under lock: who says something about it waits for who does so now."""
    lock_product(issue.product_id)
    found = KnownIssue.objects.select_related("product").select_for_update(of=("self",))
    return found.get(pk=issue.pk)
