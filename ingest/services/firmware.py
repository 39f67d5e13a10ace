"""The firmware that wrote a finding's lines, where the upload did not say it but the device's history does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from kb.models import Device, FirmwareInstallation
from tickets.models import Evidence
from tickets.services.findings import FoundFinding

History = list[tuple[datetime, str]]


def with_firmware(found: Iterable[FoundFinding], pieces: Sequence[Evidence]) -> Iterator[FoundFinding]:
    """Pass findings on; one of an unknown version gets the version that its device ran at its time, if that is known.

    Only where the finding's device is the one named at the upload, by its serial or (the log names none) by its name:
    a log of another device, or a time without a zone, leaves the version unknown.
    """
    devices = {piece.device for piece in pieces if piece.device is not None}
    histories = {word: _history(device) for device in devices for word in (device.serial, device.name) if word}
    for finding in found:
        version = "" if finding.firmware else _at(histories.get(finding.device, []), finding.happened_at)
        yield replace(finding, firmware=version) if version else finding


def _history(device: Device) -> History:
    """Return a device's installations, newest first."""
    rows = FirmwareInstallation.objects.filter(device=device).order_by("-installed_at", "-pk")
    return list(rows.values_list("installed_at", "version"))


def _at(history: History, moment: datetime | None) -> str:
    """Return the version that ran at a moment; empty where nothing says so."""
    if moment is None:
        return ""
    return next((version for installed_at, version in history if installed_at <= moment), "")
