"""From what people type to versions of a product, with candidates where it is none."""

from collections.abc import Iterable
from difflib import get_close_matches

from common.errors import Invalid
from kb.models import Product, Release
from kb.upgrade.place import place_of
from kb.upgrade.statement import Place
from kb.versions.registry import get_scheme
from kb.versions.scheme import TRAIN, Scheme
from kb.versions.version import Version, VersionError

MOST_CANDIDATES = 10


def scheme_of(product: Product) -> Scheme:
    """Return the scheme of a product."""
    return get_scheme(product.scheme)


def read_version(product: Product, text: str, *, field: str) -> Version:
    """Return the version that a text names; Invalid with candidates for a train or what cannot be read."""
    try:
        return scheme_of(product).parse(text)
    except VersionError as error:
        raise unreadable(product, text, error, field=field) from None


def read_place(product: Product, text: str, *, field: str) -> Place:
    """Return where a version stands; Invalid with candidates for a train or what cannot be read."""
    version = read_version(product, text, field=field)
    if _names_train(product, text):
        refuse_train_of(product, version, product.releases.filter(base=version.base), field=field)
    return place_of(scheme_of(product), text)


def _names_train(product: Product, text: str) -> bool:
    try:
        scheme_of(product).train(text)
    except VersionError:
        return False
    return True


def compare_versions(product: Product, one: str, other: str) -> int:
    """Order two versions: below, at or above 0. ValueError where it is not known, or one of them names no version."""
    scheme = scheme_of(product)
    left, right = scheme.parse(one), scheme.parse(other)
    if left.base == right.base and bool(left.build) != bool(right.build):
        raise ValueError("one of them stands for all builds: which is newer is not known")
    return (left.key > right.key) - (left.key < right.key)


def unreadable(product: Product, text: str, error: VersionError, *, field: str) -> Invalid:
    """Return the refusal of a text that names no version, with the versions that may have been meant."""
    found = candidates(product, text)
    offer = f" Perhaps: {', '.join(found)}." if found else ""
    return Invalid.field(field, f"{error}.{offer}", code="version").with_candidates(field, found)


def candidates(product: Product, text: str) -> list[str]:
    """Return releases that a text may mean, the newest first: those of a train, else those spelt alike."""
    releases = product.releases.order_by("-key")
    text = text.strip()[:200]
    if of_train := _of_train(product, text):
        return of_train
    return spelt_alike(product, text) or list(releases.values_list("version", flat=True)[:MOST_CANDIDATES])


def spelt_alike(product: Product, text: str, cutoff: float = 0.5) -> list[str]:
    """Return releases that are spelt like a text, the likest first."""
    known = product.releases.order_by("-key").values_list("version", flat=True)[:2000]
    return get_close_matches(text, list(known), n=MOST_CANDIDATES, cutoff=cutoff) if text else []


def _of_train(product: Product, text: str) -> list[str]:
    """Return the newest releases of the train that a text names; none where it names no train."""
    try:
        span = scheme_of(product).train(text)
    except VersionError:
        return []
    found = product.releases.filter(key__gte=span.lo, key__lt=span.hi).order_by("-key")
    return list(found.values_list("version", flat=True)[:MOST_CANDIDATES])


def refuse_train_of(product: Product, version: Version, releases: Iterable[Release], *, field: str) -> None:
    """Refuse a version that may be the train of some releases: where a scheme reads `7.2` as 7.2.0 it may be either.

    `releases` are those that it stands for. One that is spelt like the train decides that it is a version.
    """
    found = list(releases)
    if found and (version.text != version.train or any(release.version == version.text for release in found)):
        return
    if _of_train(product, version.text):
        raise unreadable(product, version.text, VersionError(version.text, TRAIN), field=field)
