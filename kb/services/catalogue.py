"""Recording releases, sources, the upgrade path, and what happened to others who made a move."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from common.errors import Conflict, Invalid
from kb.models import Precedent, Product, Release, Source, SourceKind, UpgradeStation
from kb.queries.versions import read_version, scheme_of
from kb.services.history import changes_of, record_catalogue_event
from kb.services.locks import lock_product
from kb.services.spans import refresh_for_day, refresh_for_release
from kb.versions.version import Version, VersionError

MOST_COVERED = 500
LONGEST = {"key": 400, "base": 400, "build": 60, "train": 60}  # the columns of a release


def release_keys(product: Product, version: Version) -> dict[str, Any]:
    """Return the columns of a release that its version's scheme makes."""
    return {
        "key": version.key,
        "base": version.base,
        "build": version.build or "",
        "train": version.train,
        "pre": version.pre,
        "key_version": scheme_of(product).key_version,
    }


@transaction.atomic
def create_release(*, product: Product, version: str, source: Source | None = None, **dates: date | None) -> Release:
    """Record a release: `released`, `end_of_engineering_support`, `end_of_support` are days, None where not known."""
    read = read_version(product, version, field="version")
    keys = release_keys(product, read)
    if any(len(keys[name]) > most for name, most in LONGEST.items()):
        raise Invalid.field("version", "A part of it is longer than that of any version.", code="max_length")
    lock_product(product.pk)
    try:
        with transaction.atomic():
            release = Release.objects.create(product=product, version=read.text, source=source, **keys, **dates)
    except IntegrityError:
        raise Conflict(
            f"{product.name} {read.text} is in the catalogue already.",
            fields={"version": "It is in the catalogue already."},
            code="taken",
        ) from None
    refresh_for_release(product, scheme_of(product).number_span(release.base))
    return release


@transaction.atomic
def change_release(*, release: Release, author: User | None, changes: dict[str, Any]) -> Release:
    """Change dates, source or note of a release; the catalogue's history tells what they were."""
    lock_product(release.product_id)
    stored = Release.objects.select_related("product", "source").get(pk=release.pk)
    was = stored.released
    if "released" in write_release(stored, author, changes):
        refresh_for_day(stored.product, was, stored.released)
    return stored


def write_release(release: Release, author: User | None, changes: dict[str, Any]) -> dict[str, Any]:
    """Write changes of a release and return those that are some; the caller derives anew what rests on its day."""
    if changed := changes_of(release, changes):
        for name in changed:
            setattr(release, name, changes[name])
        release.save(update_fields=[*changed, "updated_at"])
        record_catalogue_event(release.product, "release_changed", author, version=release.version, changes=changed)
    return changed


def check_covers(product: Product, covers: Sequence[str]) -> list[str]:
    """Return the versions and trains that a source covers, as written; Invalid for what is neither."""
    scheme = scheme_of(product)
    if len(covers) > MOST_COVERED:
        raise Invalid.field("covers", f"More than {MOST_COVERED} entries: name trains.")
    for text in covers:
        try:
            scheme.train(text)
        except VersionError:
            try:
                scheme.parse(text)
            except VersionError as error:
                raise Invalid.field("covers", f"{error}.", code="version") from None
    return list(dict.fromkeys(text.strip() for text in covers))


@transaction.atomic
def create_source(
    *,
    product: Product,
    title: str,
    kind: str,
    url: str = "",
    published: date | None = None,
    retrieved: date | None = None,
    covers: Sequence[str] = (),
    note: str = "",
    origin: str = "",
) -> Source:
    """Record a document that statements can rest on."""
    if not title.strip():
        raise Invalid.field("title", "Name the document.", code="required")
    if kind not in SourceKind.values:
        raise Invalid.field("kind", f"Choose one of {', '.join(SourceKind.values)}.")
    return Source.objects.create(
        product=product,
        title=title.strip(),
        kind=kind,
        url=url,
        published=published,
        retrieved=retrieved,
        covers=check_covers(product, covers),
        note=note,
        origin=origin,
    )


@transaction.atomic
def set_upgrade_path(
    *, product: Product, author: User | None, stations: Sequence[Sequence[str]], source: Source | None = None
) -> None:
    """Make the stations of a product's upgrade path those; each is a list of alternatives."""
    rows = [
        UpgradeStation(
            product=product,
            position=position,
            source=source,
            version=read_version(product, version, field="stations").text,
        )
        for position, group in enumerate(stations)
        for version in group
    ]
    lock_product(product.pk)
    old, new = _told(product.stations.select_related("source")), _told(rows)
    if old == new:
        return
    product.stations.all().delete()
    UpgradeStation.objects.bulk_create(rows)
    record_catalogue_event(product, "path_changed", author, changes={"stations": {"old": old, "new": new}})


def _told(stations: Iterable[UpgradeStation]) -> list[dict[str, Any]]:
    """Return a path as its history tells it: the alternatives of each station, and the document that says so."""
    groups: dict[int, dict[str, Any]] = {}
    for station in stations:
        source = str(station.source.public_id) if station.source else None
        groups.setdefault(station.position, {"versions": [], "source": source})["versions"].append(station.version)
    return [groups[position] for position in sorted(groups)]


def record_precedent(
    *,
    product: Product,
    author: User | None,
    from_version: str,
    to_version: str,
    outcome: str,
    happened_on: date | None = None,
    rolled_back: bool | None = None,
    note: str = "",
) -> Precedent:
    """Record what happened when somebody made a move."""
    if not outcome.strip():
        raise Invalid.field("outcome", "Say in a few words how it went.", code="required")
    return Precedent.objects.create(
        product=product,
        from_version=read_version(product, from_version, field="from").text,
        to_version=read_version(product, to_version, field="to").text,
        outcome=outcome.strip(),
        happened_on=happened_on,
        rolled_back=rolled_back,
        note=note,
        recorded_by=author,
    )
