"""The start page: the lists that decay if nobody looks. Each is one query, whatever it holds."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from accounts.principal import Principal
from common.jobs.models import JobState
from kb.models import US, Product, Release
from kb.queries.devices import visible_devices, with_current_firmware
from tickets.access import visible_cases, visible_entries, visible_evidence, visible_findings
from tickets.models import Case, Evidence, FindingStatus, ReadingState, TimelineEntry
from tickets.queries.asks import unanswered
from tickets.queries.standing import UNFINISHED

SHOWN = 5
DEVICES_NAMED = 5
VERSIONS_OFFERED = 400


@dataclass(frozen=True, slots=True)
class QuestionBox:
    """The question on top: its product, what runs of it in the reader's departments, and what may be asked."""

    products: list[Product]
    product: Product | None
    running: str
    devices: list[str]
    more_devices: bool
    versions: list[str]


def question_box(principal: Principal) -> QuestionBox:
    """Return the question filled in as far as it is known: the firmware that a device of the reader's runs."""
    products = list(Product.objects.order_by("name"))
    running: Any = with_current_firmware(visible_devices(principal).select_related("product"))
    known = running.filter(current_firmware__isnull=False)
    rows = list(known.order_by("-current_since", "name")[: DEVICES_NAMED * 4])
    product = rows[0].product if rows else products[0] if products else None
    version: str = rows[0].current_firmware if rows else ""
    alike = [row.name for row in rows if row.product == product and row.current_firmware == version]
    releases = Release.objects.filter(product=product).order_by("-key")
    return QuestionBox(
        products=products,
        product=product,
        running=version,
        devices=sorted(alike)[:DEVICES_NAMED],
        more_devices=len(alike) > DEVICES_NAMED,
        versions=list(releases.values_list("version", flat=True)[:VERSIONS_OFFERED]) if product else [],
    )


def unjudged_findings(principal: Principal) -> list[dict[str, Any]]:
    """Return, by case and rule, the findings that nobody has confirmed or dismissed."""
    rows: Any = (
        visible_findings(principal)
        .filter(status=FindingStatus.NEW, holds=True)
        .values("case__ref", "case__title", "rule")
        .annotate(n=Count("pk"), since=Max("created_at"))
        .order_by("-since", "case__ref", "rule")
    )
    return list(rows[:SHOWN])


def restless_evidence(principal: Principal) -> QuerySet[Evidence]:
    """Return the evidence that is being read, could not be read, was read in part, or is held."""
    wanted = Q(job__state__in=[JobState.QUEUED, JobState.RUNNING, JobState.FAILED]) | Q(
        reading__state__in=[ReadingState.FAILED, ReadingState.PARTLY, ReadingState.HELD]
    )
    pieces = visible_evidence(principal).filter(wanted, case__state__in=UNFINISHED)
    # What the reading says of each file can be megabytes, and a row here shows none of it.
    return pieces.select_related("case", "job", "reading").defer("reading__files").order_by("-pk")[:SHOWN]


def asked_of_us(principal: Principal) -> list[TimelineEntry]:
    """Return what we were asked and have not answered."""
    entries = visible_entries(principal).filter(case__state__in=UNFINISHED)
    return unanswered(entries.select_related("case", "from_party"), SHOWN, asked=US)


def lately_changed(principal: Principal) -> QuerySet[Case]:
    """Return the open cases that changed last."""
    cases = visible_cases(principal).filter(state__in=UNFINISHED).select_related("product")
    return cases.order_by("-updated_at", "-pk")[:SHOWN]
