"""The days of a case on which something changed: a device's firmware, or the mix of verdicts, by a finding."""

import re
from dataclasses import dataclass
from datetime import date

from ingest.queries.firmware import Installed, upgrades_of
from kb.models import Device
from tickets.models import Case, Finding, FindingStatus

DRIFT = "verdict-drift"
FIRMWARE = "firmware"
_WHEN = re.compile(r"From (\d{4}-\d\d-\d\d) (?:on|until (\d{4}-\d\d-\d\d)) the mix of verdicts")


@dataclass(frozen=True, slots=True)
class Mark:
    """A day by the clock of the log. Of a firmware `before` is empty for the first that is known; a drift that went
    away again has its last day in `until`."""

    day: date
    kind: str
    device: str
    before: str = ""
    after: str = ""
    finding: Finding | None = None
    until: date | None = None
    in_zone: bool = True


def marks_of(case: Case) -> list[Mark]:
    """Return the marks of a case, oldest first: those of its devices, and of findings that stand."""
    devices = Device.objects.filter(cases=case) | Device.objects.filter(evidence__case=case)
    upgrades = [_upgrade(one) for one in upgrades_of(list(devices.distinct())) if one.before]
    drifts = case.findings.filter(rule=DRIFT, holds=True).exclude(status=FindingStatus.DISMISSED)
    return sorted(
        [*upgrades, *(mark for finding in drifts if (mark := _drift(finding)))],
        key=lambda mark: (mark.day, mark.kind, mark.device),
    )


def _upgrade(one: Installed) -> Mark:
    return Mark(one.day, FIRMWARE, one.device.name, one.before, one.version, in_zone=bool(one.device.zone))


def _drift(finding: Finding) -> Mark | None:
    """Return the day of the change point: as the finding says it, else that of its first line behind the change."""
    if said := _WHEN.match(finding.summary):
        until = date.fromisoformat(said[2]) if said[2] else None
        return Mark(date.fromisoformat(said[1]), DRIFT, finding.device, finding=finding, until=until)
    times = sorted(str(line.get("time") or "")[:10] for line in finding.lines if line.get("says") == "after")
    try:
        return Mark(date.fromisoformat(times[0]), DRIFT, finding.device, finding=finding)
    except (IndexError, ValueError):
        return None
