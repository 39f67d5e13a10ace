"""Cases that are like what somebody asks, by what was written and found in them, by title, product and version.

Each takes the cases that it may look into, so that it finds what the reader may see, or what others let be told.
"""

import json
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.text import Truncator

from common.lookups import Alike, Like, Likeness
from kb.models import US, Product
from kb.queries.versions import scheme_of
from kb.upgrade.question import Point
from kb.versions.version import VersionError
from tickets.models import Case, EntryKind, Finding, FindingStatus, TimelineEntry
from tickets.models.finding import CitedTexts, cited_text

ANSWER_TOLD = 500  # characters
ENTRIES_READ = 1000  # of those that say the same
RELEASES_READ = 5000  # spellings of versions among the cases of a product


class Said(NamedTuple):
    """A text of a case that may be what somebody asks."""

    case: int
    text: str


def texts_saying(cases: QuerySet[Case], patterns: Sequence[str], most: int) -> list[Said]:
    """Return entries of timelines, as they stand now, in which a pattern stands (`common.lookups.Like`); two queries.

    The newest of those that are read.
    """
    entries = TimelineEntry.objects.filter(_any(Upper("text"), patterns), case__in=cases)
    # Without an order, so that it stops where there are enough: some sentences stand in every fifth entry.
    found = list(entries.order_by().values_list("pk", flat=True)[:ENTRIES_READ])
    newer = TimelineEntry.objects.filter(replaces=OuterRef("pk"))
    rows: Any = TimelineEntry.objects.filter(~Exists(newer), pk__in=found).order_by("-pk").values_list("case", "text")
    return [Said(*row) for row in rows[:most]]


def lines_saying(cases: QuerySet[Case], patterns: Sequence[str], most: int) -> list[Said]:
    """Return the lines that the newest findings cite, in which a pattern stands."""
    in_json = [json.dumps(pattern, ensure_ascii=False)[1:-1] for pattern in patterns]
    found: Any = Finding.objects.filter(_any(Upper(cited_text()), in_json), case__in=cases)
    rows = found.order_by("-pk").annotate(texts=CitedTexts("lines")).values_list("case", "texts")[:most]
    return [Said(case, "\n".join(map(str, texts))) for case, texts in rows]


def titles_saying(cases: QuerySet[Case], patterns: Sequence[str], most: int) -> list[Said]:
    """Return the titles of the newest cases in which a pattern stands."""
    found: Any = cases.filter(_any(Upper("title"), patterns))
    return [Said(*row) for row in found.order_by("-pk").values_list("pk", "title")[:most]]


def _any(texts: Any, patterns: Sequence[str]) -> Q:
    return reduce(or_, (Q(Like(texts, Value(pattern))) for pattern in patterns))


def cases_with_rule(cases: QuerySet[Case], rule: str, most: int) -> list[int]:
    """Return the cases in which a rule found what stands and nobody dismissed, the last changed first."""
    found = Finding.objects.filter(case=OuterRef("pk"), rule=rule, holds=True).exclude(status=FindingStatus.DISMISSED)
    return _last_changed(cases.filter(Exists(found)), most)


def cases_titled(cases: QuerySet[Case], title: str, most: int) -> list[tuple[int, float]]:
    """Return the cases of the likest titles, with how alike they are."""
    rows: Any = cases.filter(Alike(Upper("title"), Value(title))).annotate(
        likeness=Likeness(Upper("title"), Upper(Value(title)))
    )
    return list(rows.order_by("-likeness", "-pk").values_list("pk", "likeness")[:most])


def cases_of(cases: QuerySet[Case], product: Product, point: Point | None, most: int) -> list[int]:
    """Return the cases about a version of a product; a case without a version may be about it. Two queries.

    Without a version, all about the product. The last changed come first.
    """
    about = cases.filter(product=product)
    if point is None:
        return _last_changed(about, most)
    spelt = about.exclude(release="").order_by().values_list("release", flat=True).distinct()[:RELEASES_READ]
    alike = [release for release in spelt if is_version(product, release, point)]
    return _last_changed(about.filter(release__in=["", *alike]), most)


def is_version(product: Product, release: str, point: Point) -> bool:
    """Whether a release, as a device prints it, may be the version: the build decides only where both name one."""
    scheme = scheme_of(product)
    try:
        one, other = scheme.parse(release), scheme.parse(point.text)
    except VersionError:
        return False
    return one.base == other.base and (not one.build or not other.build or one.build == other.build)


def _last_changed(cases: QuerySet[Case], most: int) -> list[int]:
    return list(cases.order_by("-updated_at", "-pk").values_list("pk", flat=True)[:most])


def last_answers(cases: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return what others answered or claimed last in each of some cases, as it stands now; one query."""
    said: Any = TimelineEntry.objects.filter(
        case__in=cases,
        kind__in=[EntryKind.ANSWER, EntryKind.CLAIM],
        author__isnull=False,
        replaced_by=None,
        happened_at__lte=timezone.now(),
    ).exclude(from_party__slug=US)
    rows = said.order_by("case_id", "-happened_at", "-pk").distinct("case_id")
    return {
        row.case_id: {
            "party": row.from_party.slug if row.from_party else None,
            "party_name": row.from_party.name if row.from_party else "",
            "happened_at": row.happened_at,
            "text": Truncator(row.text).chars(ANSWER_TOLD),
        }
        for row in rows.select_related("from_party")
    }
