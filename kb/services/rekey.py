"""Writing the keys of a product anew, after its scheme has learnt to order versions otherwise."""

from django.db import transaction

from common.errors import Conflict
from kb.models import IssueSpans, Product, Release
from kb.queries.versions import scheme_of
from kb.services.catalogue import release_keys
from kb.services.locks import lock_product
from kb.services.spans import refresh_all
from kb.versions.version import VersionError


def is_outdated(product: Product) -> bool:
    """Whether some key of a product was made by another version of its scheme."""
    wanted = scheme_of(product).key_version
    spans = IssueSpans.objects.filter(issue__product=product)
    return any(rows.exclude(key_version=wanted).exists() for rows in (product.releases.all(), spans))


@transaction.atomic
def rekey(product: Product) -> tuple[int, int]:
    """Make all keys of a product anew; return how many releases and issues there are. All or nothing."""
    lock_product(product.pk)
    scheme, seen = scheme_of(product), dict[str, str]()
    releases = list(product.releases.order_by("pk"))
    for release in releases:
        try:
            keys = release_keys(product, scheme.parse(release.version))
        except VersionError as error:
            raise Conflict(f"{product.name}: the scheme {scheme.slug} no longer reads a release: {error}.") from None
        if keys["key"] in seen:
            raise Conflict(f"{product.name}: {seen[keys['key']]} and {release.version} are one version by now.")
        seen[keys["key"]] = release.version
        for name, value in keys.items():
            setattr(release, name, value)
    # In two steps, since a new key may be the old one of another release.
    for release in releases:
        Release.objects.filter(pk=release.pk).update(key=f"!{release.pk}")
    Release.objects.bulk_update(releases, ["key", "base", "build", "train", "pre", "key_version"])
    return len(releases), refresh_all(product)


def rekey_outdated() -> list[tuple[Product, int, int]]:
    """Make keys anew where they are outdated; return the products with their numbers of releases and issues."""
    return [(product, *rekey(product)) for product in Product.objects.order_by("pk") if is_outdated(product)]
