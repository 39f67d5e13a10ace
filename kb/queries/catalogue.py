"""What is known of a product as a whole: releases, path, sources, behaviours, precedents. Remembered until it changes.

Every change gives the product another revision (by triggers), so what is remembered under one is never out of date.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from common.errors import NotVisible
from common.rows import fetch
from kb.behaviour.values import Standing
from kb.models import Precedent, Product, Release, Source
from kb.queries.behaviours import standing_values
from kb.queries.candidates import free_releases
from kb.queries.versions import scheme_of
from kb.upgrade.coverage import Read
from kb.upgrade.path import UpgradePath
from kb.upgrade.place import place_of, point_of, train_of
from kb.upgrade.question import Point
from kb.versions.ranges import Multirange, multirange
from kb.versions.version import Span, VersionError

REMEMBERED = 128  # products


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A product's catalogue at a revision. `points` are the versions of `releases`, one each, in order."""

    product: Product
    revision: UUID
    releases: tuple[Release, ...]
    points: tuple[Point, ...]
    by_base: dict[str, tuple[Release, ...]]
    path: UpgradePath
    path_source: str | None
    sources: tuple[Source, ...]
    reads: tuple[Read, ...]
    standing: dict[int, Standing]
    precedents: tuple[tuple[Precedent, tuple[Span, Span]], ...]


def catalogue_of(product: Product) -> Catalogue:
    """Return what is known of a product as a whole; one small query where nothing changed."""
    return _catalogue(product.pk, _revision(product))


def free_places(catalogue: Catalogue) -> tuple[int, ...]:
    """Return which releases of the catalogue, by their places, no issue without a condition may affect."""
    return _free(catalogue.product.pk, catalogue.revision)


def _revision(product: Product) -> UUID:
    found = fetch("SELECT revision FROM kb_product WHERE id = %s", [product.pk])
    if not found:
        raise NotVisible
    revision: UUID = found[0][0]
    return revision


@lru_cache(maxsize=REMEMBERED)
def _free(product_id: int, revision: UUID) -> tuple[int, ...]:
    catalogue = _catalogue(product_id, revision)
    return tuple(free_releases(catalogue.product, list(catalogue.points)))


@lru_cache(maxsize=REMEMBERED)
def _catalogue(product_id: int, revision: UUID) -> Catalogue:
    product = Product.objects.select_related("vendor").get(pk=product_id)
    releases = tuple(product.releases.order_by("key"))
    sources = tuple(product.sources.exclude(covers=[]).order_by("pk"))
    by_base: defaultdict[str, list[Release]] = defaultdict(list)
    for release in releases:
        by_base[release.base].append(release)
    path, source = _path(product)
    return Catalogue(
        product=product,
        revision=revision,
        releases=releases,
        points=tuple(point_of(scheme_of(product), release.version, known=True) for release in releases),
        by_base={base: tuple(found) for base, found in by_base.items()},
        path=path,
        path_source=source,
        sources=sources,
        reads=tuple(
            Read(source.pk, source.kind == "vendor", source.retrieved, covered_spans(product, source.covers))
            for source in sources
        ),
        standing=standing_values(product),
        precedents=tuple(_precedents(product)),
    )


def _path(product: Product) -> tuple[UpgradePath, str | None]:
    groups: defaultdict[int, list[Point]] = defaultdict(list)
    title = None
    for station in product.stations.select_related("source"):
        groups[station.position].append(point_of(scheme_of(product), station.version, known=True))
        title = title or (station.source.title if station.source else None)
    stations = tuple(tuple(groups[position]) for position in sorted(groups))
    return UpgradePath(stations, product.path_needed, product.downgrades), title


def covered_spans(product: Product, covers: Sequence[str]) -> Multirange:
    """Return the keys of the trains and versions that a source covers."""
    scheme, spans = scheme_of(product), []
    for text in covers:
        try:
            spans.append(train_of(scheme, text))
        except VersionError:
            spans.append(place_of(scheme, text).span)
    return multirange(spans)


def _precedents(product: Product) -> list[tuple[Precedent, tuple[Span, Span]]]:
    scheme = scheme_of(product)
    rows = Precedent.objects.filter(product=product)
    return [(row, (place_of(scheme, row.from_version).train, place_of(scheme, row.to_version).train)) for row in rows]
