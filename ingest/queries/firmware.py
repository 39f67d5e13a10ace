"""Which firmware wrote a log: as somebody said at its upload, or as the device's history has it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kb.models import Device, FirmwareInstallation
from tickets.models import Evidence

Span = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Installed:
    """A version on a device, from a day on by the device's own clock."""

    device: Device
    version: str
    before: str
    day: date


def versions_of(piece: Evidence, span: Span, days: Span | None) -> list[str]:
    """Return the versions that wrote a piece between two times of its log, oldest first; empty where nobody knows.

    Of chosen `days` of a log the device's history tells more than one word at upload about the whole of it.
    """
    if piece.firmware and not days:
        return [piece.firmware]
    begin, end = (_moment(piece, text) for text in span)
    if days and begin and end:
        first, last = (_day_of(piece, text) for text in days)
        begin = max(begin, first) if first else begin
        end = min(end, last + timedelta(days=1, microseconds=-1)) if last else end
    history = _between(piece.device, begin, end) if piece.device and begin and end else []
    return history or ([piece.firmware] if piece.firmware else [])


def _zone(piece: Evidence) -> str:
    return piece.zone or (piece.device.zone if piece.device else "")


def _moment(piece: Evidence, text: str | None) -> datetime | None:
    """Return a time of the log; one without a zone is taken in that of the piece or its device, else it is none."""
    try:
        parsed = datetime.fromisoformat(text) if text else None
        if parsed is not None and parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=ZoneInfo(_zone(piece))) if _zone(piece) else None
        return parsed.astimezone(UTC) if parsed else None
    except (ValueError, OverflowError, KeyError):
        return None


def _day_of(piece: Evidence, day: str | None) -> datetime | None:
    """Return the beginning of a day of the log."""
    return _moment(piece, datetime.combine(date.fromisoformat(day), time()).isoformat()) if day else None


def _between(device: Device, begin: datetime, end: datetime) -> list[str]:
    """Return the versions that a device ran between two moments; empty where that of the beginning is not recorded."""
    rows = FirmwareInstallation.objects.filter(device=device, installed_at__lte=end).order_by("installed_at", "pk")
    history = list(rows.values_list("installed_at", "version"))
    ran = [version for at, version in history if at <= begin][-1:]
    return list(dict.fromkeys([*ran, *(version for at, version in history if at > begin)])) if ran else []


def upgrades_of(devices: list[Device]) -> list[Installed]:
    """Return every change of firmware of some devices, oldest first, each on its day by the device's own clock."""
    found: list[Installed] = []
    versions: dict[int, str] = {}
    rows = FirmwareInstallation.objects.filter(device__in=devices).order_by("installed_at", "pk")
    by_key = {device.pk: device for device in devices}
    for row in rows:
        device, before = by_key[row.device_id], versions.get(row.device_id, "")
        zone = ZoneInfo(device.zone) if device.zone else UTC
        if row.version != before:
            found.append(Installed(device, row.version, before, row.installed_at.astimezone(zone).date()))
        versions[row.device_id] = row.version
    return found
