"""Writing what a scan found into its case: readings, findings, counts, timeline. One transaction, whole or not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone

from common.jobs.claims import Postponed
from ingest.engine.tally import MOST_DEVICES
from ingest.models import DailyCount
from ingest.services.firmware import with_firmware
from ingest.services.scan_result import ScanFiles, read_findings, read_summary
from kb.models import Detector, Device
from tickets.models import Case, CaseScan, EntryKind, Evidence, Finding, ReadingState
from tickets.services.entries import add_machine_entry
from tickets.services.findings import FoundFinding, record_findings
from tickets.services.readings import record_reading

REASONS_TOLD = 20  # an archive of thousands of broken files must not fill a page; the files' own rows have them all


def record_scan(*, case: Case, pieces: Sequence[Evidence], files: ScanFiles) -> str:
    """Make this scan the case's newest; called inside the transaction that ends the job. Return its closing words.

    A scan that covers less than the one there is is not written: another worker was further.
    """
    locked = Case.objects.select_for_update().get(pk=case.pk)
    before = CaseScan.objects.filter(case=locked).first()
    covered = sorted(str(piece.public_id) for piece in pieces)
    if before is not None and not set(before.evidence) <= set(covered):
        raise Postponed(0.5, "Another reading of this case went further; it is read again together with that.")
    summary = read_summary(files)
    _record_readings(pieces, summary)
    told: Counter[str] = Counter()
    own = ~Q(rule__in=Detector.objects.values("name"))  # what detectors found is of their runs
    found = _counted(with_firmware(read_findings(files), pieces), told)
    rules = record_findings(case=locked, found=found, scope=own)
    _check_whole(told, summary["finding_counts"])
    _record_daily_counts(locked, summary["by_day"])
    scan = _record_numbers(locked, before, covered, summary, rules)
    _tell_findings(locked, scan, before.finding_counts if before else {})
    return _closing_words(summary, rules)


class BrokenAnswer(Exception):
    """The child's answer contradicts itself: part of it is missing."""


def _counted(found: Iterable[FoundFinding], told: Counter[str]) -> Iterator[FoundFinding]:
    """Pass findings on, counting them by rule."""
    for finding in found:
        told[finding.rule] += 1
        yield finding


def _check_whole(told: Counter[str], promised: Mapping[str, int]) -> None:
    """Raise BrokenAnswer where findings are missing from the file: fewer than there are must never look like clear."""
    if told != Counter({rule: number for rule, number in promised.items() if number}):
        raise BrokenAnswer(f"The scan counted {dict(promised)} findings, but wrote {dict(told)}.")


def _record_readings(pieces: Sequence[Evidence], summary: dict[str, Any]) -> None:
    """Write one reading a piece, out of the file objects that carry its id."""
    by_piece: dict[str, list[dict[str, Any]]] = {str(piece.public_id): [] for piece in pieces}
    for file in summary["files"]:
        label, _, member = file["path"].partition("!/")
        by_piece[label].append(file | {"path": member})
    for piece in pieces:
        parts = by_piece[str(piece.public_id)]
        state = reading_state(parts, piece.device)
        record_reading(evidence=piece, rule_set=summary["rule_set"], files=parts, **state)


def reading_state(parts: Sequence[dict[str, Any]], device: Device | None = None) -> dict[str, str]:
    """Return the state of a piece's reading and the remarks on it, out of its file objects."""
    remarks = [*_other_device(parts, device), *(remark for part in parts for remark in _remarks(part))]
    more = [f"and {len(remarks) - REASONS_TOLD:,} more"] if len(remarks) > REASONS_TOLD else []
    reason = "; ".join(remarks[:REASONS_TOLD] + more)
    complete = all(part["complete"] for part in parts)
    if complete and not any(part["format"] for part in parts):  # of what was cut off nobody knows what it is
        return {"state": ReadingState.NOT_A_LOG, "reason": reason or "Nothing in it is a known log."}
    if not complete and not any(part["lines"] - part["unread_lines"] for part in parts):
        return {"state": ReadingState.FAILED, "reason": reason or "Nothing of it could be read."}
    whole = complete and not any(part["unread_lines"] for part in parts)
    return {"state": ReadingState.READ if whole else ReadingState.PARTLY, "reason": reason}


def _other_device(parts: Sequence[dict[str, Any]], device: Device | None) -> Iterable[str]:
    """Yield that the lines name another device than the one chosen at upload: its firmware would be told of them."""
    if any(len(part["named_devices"]) >= MOST_DEVICES for part in parts):
        return  # not all names were kept: the chosen one may be among the others
    named = sorted({name for part in parts for name in part["named_devices"]})
    if device and device.serial and named and device.serial.casefold() not in map(str.casefold, named):
        yield (
            f"its lines name the device {', '.join(named)}, and not {device.serial}, the serial number of {device.name}"
            " that was chosen at upload"
        )


def _remarks(part: dict[str, Any]) -> Iterable[str]:
    """Yield what must be known about the reading of a file object: warnings, and why lines are unread."""
    prefix = f"{part['path']}: " if part["path"] else ""
    for warning in part["warnings"]:
        yield prefix + warning
    if part["unread_lines"]:
        example = next((f", for example line {row['line']}: {row['reason']}" for row in part["unread_examples"]), "")
        yield f"{prefix}{part['unread_lines']:,} of {part['lines']:,} lines unread{example}"


def _record_daily_counts(case: Case, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the case's daily counts. Verdicts come from the log and have any length: those cut alike are one."""
    counts: Counter[tuple[str | None, str, str]] = Counter()
    for row in rows:
        counts[row["day"], (row["verdict"] or "")[:120], (row["verdict_code"] or "")[:10]] += row["messages"]
    DailyCount.objects.filter(case=case).delete()
    DailyCount.objects.bulk_create(
        [
            DailyCount(
                case=case,
                day=date.fromisoformat(day) if day else None,
                verdict=verdict,
                verdict_code=code,
                messages=messages,
            )
            for (day, verdict, code), messages in counts.items()
        ],
        batch_size=1000,
    )


def _record_numbers(
    case: Case, before: CaseScan | None, covered: list[str], summary: dict[str, Any], rules: Counter[str]
) -> CaseScan:
    """Write the scan's own row. A rule has a count, be it 0, only where it judged something."""
    scan, _ = CaseScan.objects.update_or_create(
        case=case,
        defaults={
            "number": before.number + 1 if before else 1,
            "evidence": covered,
            "rule_set": summary["rule_set"],
            "finished_at": timezone.now(),
            "lines": summary["lines"],
            "transactions": summary["transactions"],
            "messages": summary["messages"],
            "unfinished": summary["unfinished"],
            "not_judged": summary["not_judged"],
            "finding_counts": {rule: rules[rule] for rule in summary["finding_counts"]},
        },
    )
    return scan


def _tell_findings(case: Case, scan: CaseScan, before: dict[str, int]) -> None:
    """Hang each rule's findings into the timeline where their number changed, at the time of the first of them."""
    for rule in sorted(set(before) | set(scan.finding_counts)):
        now, then = scan.finding_counts.get(rule, 0), before.get(rule, 0)
        if now == then:
            continue
        first = Finding.objects.filter(case=case, rule=rule, holds=True).aggregate(first=Min("happened_at"))["first"]
        told = f"{rule}: {now:,}" + (f" ({then:,} before)" if then else "")
        add_machine_entry(
            case=case,
            kind=EntryKind.FINDING,
            happened_at=first or timezone.now(),
            text=told,
            key=f"finding:{rule}:{scan.number}",
        )


def _closing_words(summary: dict[str, Any], rules: Counter[str]) -> str:
    """Return one line for the job: what was read, what was found, what could not be judged."""
    found = ", ".join(f"{rule}: {number:,}" for rule, number in sorted(rules.items())) or "no finding"
    rest = ", ".join(sorted({row["rule"] for row in summary["not_judged"]}))
    return f"{summary['lines']:,} lines read; {found}" + (f"; not judged: {rest}" if rest else "")
