"""All that a report of a case is made of, read once; a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.principal import Principal
from kb.access import may_see
from kb.models import Detector, Device, FirmwareInstallation, Party
from kb.queries.devices import visible_devices
from kb.queries.parties import parties_by_slug
from tickets.models import Case, CustodyEntry, Evidence, Finding, IntegrityCheck, TimelineEntry
from tickets.queries.case_page import entries_of, pieces_of
from tickets.queries.detectors import doubts_of, run_rows, titles_of
from tickets.queries.finding_list import counts_by_rule, worst_first
from tickets.queries.integrity import broken_checks_of
from tickets.queries.links import Link, links_of
from tickets.queries.reading import Coverage, coverage_of
from tickets.queries.turns import case_turns
from tickets.turns.report import Turns

ENTRIES_TOLD = 10_000
FINDINGS_TOLD = 300


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of the case. `firmware` None: nobody said what it runs.

    `is_seen`: the reader may know more of it than its name.
    """

    device: Device
    firmware: str | None
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a report is made of. `entries` are in the order in which they happened, `findings` the worst first.

    `custody` are number and hash of the last entry of each piece's custody log, `hidden_doubts` how many detectors
    that the reader may not see could not judge.
    """

    principal: Principal
    case: Case
    now: datetime
    parts: dict[str, Any]
    devices: list[KnownDevice]
    entries: list[TimelineEntry]
    entries_in_all: int
    turns: Turns
    parties: dict[str, Party]
    pieces: list[Evidence]
    custody: dict[int, tuple[int, str]]
    coverage: Coverage
    broken: list[IntegrityCheck]
    scan: Any
    rules: list[dict[str, Any]]
    titles: dict[str, str]
    findings: list[Finding]
    links: dict[int, Link]
    detectors: list[dict[str, Any]]
    hidden_doubts: int

    def number(self, entry: TimelineEntry) -> str:
        """Return the number of an entry: its place in the sealed chain of the timeline."""
        seal = getattr(entry, "seal", None)
        return str(seal.sequence) if seal else "?"


def gather(principal: Principal, case: Case, parts: dict[str, Any]) -> Gathered:
    """Read what a report of a case needs. `parts` are parties with their numbers, devices, shares."""
    now = timezone.now()
    newest = list(entries_of(case).select_related("seal", "replaced_by__seal", "replaces__seal")[: ENTRIES_TOLD + 1])
    more = len(newest) > ENTRIES_TOLD
    pieces = list(pieces_of(case).defer("reading__files"))[::-1]
    rules = counts_by_rule(case)
    findings = list(worst_first(case.findings.all()).select_related("status_by", "case")[:FINDINGS_TOLD])
    turns = case_turns(case, now=now)
    slugs = {slug for leg in turns.legs for slug in leg.leg} | {s for p in turns.promises for s in (p.party, p.to)}
    detectors, hidden = _detectors(principal, case, pieces)
    return Gathered(
        principal=principal,
        case=case,
        now=now,
        parts=parts,
        devices=_devices(principal, parts["devices"]),
        entries=newest[:ENTRIES_TOLD][::-1],
        entries_in_all=case.entries.count() if more else len(newest),
        turns=turns,
        parties={party.slug: party for party in parties_by_slug(sorted(slugs), field="party")},
        pieces=pieces,
        custody=_custody(case),
        coverage=coverage_of(pieces),
        broken=broken_checks_of(case),
        scan=getattr(case, "scan", None),
        rules=rules,
        titles=titles_of(principal, (row["rule"] for row in rules)),
        findings=findings,
        links=links_of(principal, findings),
        detectors=detectors,
        hidden_doubts=hidden,
    )


def _devices(principal: Principal, devices: Sequence[Device]) -> list[KnownDevice]:
    """Return the devices of a case with what they run, as far as the reader may know it."""
    ids = [device.pk for device in devices]
    seen = set(visible_devices(principal).filter(pk__in=ids).values_list("pk", flat=True))
    newest = FirmwareInstallation.objects.filter(device__in=seen, installed_at__lte=timezone.now())
    rows = newest.order_by("device", "-installed_at", "-pk").distinct("device").values_list("device", "version")
    firmware = dict(rows)
    return [KnownDevice(device, firmware.get(device.pk), device.pk in seen) for device in devices]


def _custody(case: Case) -> dict[int, tuple[int, str]]:
    """Return number and hash of the last custody entry of each piece."""
    last = CustodyEntry.objects.filter(evidence__case=case).order_by("evidence", "-sequence").distinct("evidence")
    return {piece: (number, told) for piece, number, told in last.values_list("evidence", "sequence", "hash")}


def _detectors(principal: Principal, case: Case, pieces: list[Evidence]) -> tuple[list[dict[str, Any]], int]:
    """Return what each detector of the case's product said, and how many hidden ones could say nothing."""
    enabled = Detector.objects.filter(enabled=True).select_related("issue").order_by("name")
    if case.product_id is not None:
        enabled = enabled.filter(issue__product=case.product_id)
    seen = [detector for detector in enabled if may_see(principal, detector.issue)]
    doubts = doubts_of(principal, case, pieces)
    return run_rows(case, seen, pieces), sum(row["detector"] is None for row in doubts)
