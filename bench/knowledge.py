"""Fills an empty database with knowledge, the same every time: `python bench/knowledge.py` (called by bench/check.py).

40 products of 125 releases (5 trains of 25), 1,250 issues each. An issue is known by its vendor's list of four ranges
that leaves nothing out, so that its state is known at every release. What is stored is what the services would store:
the engine derives it once for each of the 1,250 patterns, which all products share.
"""

import argparse
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import django
from django.core.management import call_command

PRODUCTS, TRAINS, PER_TRAIN, ISSUES, RANGES = 40, 5, 25, 1_250, 4
VERSIONS = [f"{train}.0.{number}" for train in range(1, TRAINS + 1) for number in range(PER_TRAIN)]
SEVERITIES = ("critical", "high", "medium", "low")
BATCH = 2_000


def patterns() -> Iterator[list[tuple[int, int]]]:
    """Yield the ranges of each issue, as places in the catalogue."""
    chance = random.Random(7)
    for _ in range(ISSUES):
        starts = chance.sample(range(chance.randrange(2), len(VERSIONS) - 1, 2), RANGES)  # none touches another
        yield [(start, start + chance.choice((0, 0, 0, 1))) for start in sorted(starts)]


def fill() -> None:
    """Insert everything."""
    from kb.models import Party, PartyKind, Product, Release, Source  # noqa: PLC0415  (settings come first)
    from kb.services.catalogue import release_keys  # noqa: PLC0415
    from kb.versions.registry import GENERAL  # noqa: PLC0415

    vendor = Party.objects.create(name="Acme", slug="acme", kind=PartyKind.VENDOR)
    today = date.today()  # noqa: DTZ011  (a day of this machine is near enough)
    derived = list(_derived())
    for number in range(PRODUCTS):
        product = Product.objects.create(name=f"Box {number}", slug=f"box-{number}", vendor=vendor, path_needed=False)
        Release.objects.bulk_create(
            Release(
                product=product,
                version=version,
                released=today - timedelta(days=1000 - place),
                **release_keys(product, GENERAL.parse(version)),
            )
            for place, version in enumerate(VERSIONS)
        )
        source = Source.objects.create(
            product=product,
            title="Release notes",
            kind="vendor",
            published=today - timedelta(days=30),
            retrieved=today - timedelta(days=5),
            covers=[f"{train}.0" for train in range(1, TRAINS + 1)],
        )
        _issues(product, source, derived)


def _derived() -> Iterator[tuple[list[dict[str, str]], Any]]:
    """Yield ranges and derivation of each pattern."""
    from kb.upgrade.derivation import derive  # noqa: PLC0415
    from kb.upgrade.place import place_of  # noqa: PLC0415
    from kb.upgrade.rounding import round_to  # noqa: PLC0415
    from kb.upgrade.statement import Range, Says, Statement  # noqa: PLC0415
    from kb.versions.ranges import multirange  # noqa: PLC0415
    from kb.versions.registry import GENERAL  # noqa: PLC0415

    places = [place_of(GENERAL, version) for version in VERSIONS]
    numbers = [place.span for place in places]
    rest = multirange(numbers)
    for pattern in patterns():
        ranges = tuple(Range(places[first], places[last]) for first, last in pattern)
        listed = tuple((f"{one.first.text} to {one.last.text}", one.span) for one in ranges)
        said = Statement(1, Says.RANGES, ranges=ranges, rest=rest, listed=listed)
        yield (
            [{"from": one.first.text, "to": one.last.text} for one in ranges],
            (round_to(derive([said]), numbers), said),
        )


def _issues(product: Any, source: Any, derived: list[tuple[list[dict[str, str]], Any]]) -> None:
    from kb.models import Claim, IssueAlias, IssueSpans, IssueStatement, KnownIssue, Remediation  # noqa: PLC0415

    first = product.pk * ISSUES
    issues = KnownIssue.objects.bulk_create(
        KnownIssue(
            ref=f"ZR-2026-{first + place:06d}",
            slug=f"{product.slug}-{place}",
            product=product,
            kind="vulnerability",
            title=f"A part of the box stops under load, no. {place}",
            severity=SEVERITIES[place % len(SEVERITIES)],
        )
        for place in range(ISSUES)
    )
    rows = IssueStatement.objects.bulk_create(
        IssueStatement(issue=issue, says="ranges", ranges=ranges, lists_all=True, source=source)
        for issue, (ranges, _) in zip(issues, derived, strict=True)
    )
    IssueSpans.objects.bulk_create(
        (
            _spans(issue, row.pk, known, said)
            for issue, row, (_, (known, said)) in zip(issues, rows, derived, strict=True)
        ),
        batch_size=BATCH,
    )
    IssueAlias.objects.bulk_create(IssueAlias(issue=issue, name=f"CVE-2026-{issue.pk}") for issue in issues)
    Remediation.objects.bulk_create(
        Remediation(issue=issue, category="vendor_fix", details="Upgrade to a later release.") for issue in issues
    )
    Claim.objects.bulk_create(
        Claim(issue=issue, party=product.vendor, proposition="is_defect", stance="yes", source=source)
        for issue in issues
    )


def _spans(issue: Any, statement: int, known: Any, said: Any) -> Any:
    """Return what is derived, under the number that the statement got."""
    from kb.models import IssueSpans  # noqa: PLC0415
    from kb.services.spans import span_columns  # noqa: PLC0415

    numbered = replace(
        known,
        affected_by=tuple(replace(piece, statement=statement) for piece in known.affected_by),
        unaffected_by=tuple(replace(piece, statement=statement) for piece in known.unaffected_by),
    )
    return IssueSpans(issue=issue, **span_columns(issue.product, numbered, [replace(said, id=statement)]))


def main() -> None:
    """Fill the database that DATABASE_URL names, and print a token for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="it is filled already: only a new token")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    from django.db import connection, transaction  # noqa: PLC0415

    from bench.seed import find_person  # noqa: PLC0415

    if not options.again:
        with transaction.atomic():
            fill()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
    print(json.dumps({"token": find_person()["token"]}))


if __name__ == "__main__":
    main()
