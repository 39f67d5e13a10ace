"""What a pack is made of, what its preview shows, and names put back into an answer."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from kb.models import Device
from tickets.models import Case, Contact, Finding, FindingStatus, Pack, Pseudonym
from tickets.redact.known import Known
from tickets.redact.pack import Order, Original
from tickets.redact.pack import Pack as Made
from tickets.redact.proof import CitedLine, Point
from tickets.redact.restore import restore
from tickets.redact.values import Entry

PACKS_SHOWN = 50
FINDINGS_OFFERED = 100
REPLY_ALLOWED = 200_000


def packs_of(case: Case) -> QuerySet[Pack]:
    """Return the packs of a case with what a row shows of them, the newest first."""
    return case.packs.select_related("case", "recipient", "created_by", "released_by", "job", "blob").order_by("-pk")


def fallen_findings(case: Case, chosen: Sequence[str]) -> list[str]:
    """Say of each finding, given by its public id, that proves nothing (any more) which it is, and why."""
    rows = {
        str(public_id): (f"{rule} ({public_id})", holds, status)
        for public_id, rule, holds, status in case.findings.filter(public_id__in=chosen).values_list(
            "public_id", "rule", "holds", "status"
        )
    }
    told = []
    for one in chosen:
        name, holds, status = rows.get(one, (one, False, ""))
        if not holds:
            told.append(f"The finding {name} no longer holds: no pack proves it.")
        elif status == FindingStatus.DISMISSED:
            told.append(f"The finding {name} was dismissed: no pack proves it.")
    return told


def order_of(pack: Pack) -> Order:
    """Return what a pack is to hold, out of the findings that were chosen for it."""
    case = pack.case
    rows = {str(row.public_id): row for row in case.findings.filter(public_id__in=pack.findings)}
    findings = [rows[one] for one in pack.findings if one in rows]
    pieces = {line.get("evidence") for finding in findings for line in finding.lines}
    evidence = case.evidence.select_related("blob", "device").filter(public_id__in=[one for one in pieces if one])
    return Order(
        case=case.ref,
        recipient=pack.recipient.name,
        product=case.product.name if case.product else "",
        release=case.release,
        language=pack.language,
        questions=pack.questions,
        points=tuple(map(_point, findings)),
        originals=tuple(
            Original(str(one.public_id), one.blob_id, one.blob.size, one.device.name if one.device else "")
            for one in evidence
        ),
        known=tuple(_known(case)),
        background=pack.background,
    )


def _point(finding: Finding) -> Point:
    return Point(
        rule=finding.rule,
        severity=finding.severity,
        transaction=finding.transaction,
        recipient=finding.recipient,
        happened_at=finding.happened_at.isoformat() if finding.happened_at else "",
        lines=tuple(
            CitedLine(
                log=str(line.get("evidence") or ""),
                file=str(line.get("file") or ""),
                line=int(line["line"]),
                offset=int(line.get("offset") or 0),
                says=str(line.get("says") or ""),
                text=str(line.get("text") or ""),
                transaction=str(line.get("transaction") or ""),
                truncated=bool(line.get("truncated")),
            )
            for line in finding.lines
        ),
    )


def _known(case: Case) -> Iterable[Known]:
    """Yield what names somebody, empty values too: contacts of parties, people and devices of the department."""
    for name, email, phone in Contact.objects.values_list("name", "email", "phone"):
        yield from (Known("name", name), Known("address", email), Known("number", phone))
    for name, email in case.department.memberships.values_list("user__name", "user__email"):
        yield from (Known("name", name), Known("address", email))
    for name, serial in Device.objects.filter(department=case.department_id).values_list("name", "serial"):
        yield from (Known("host", name), Known("serial", serial))


def entries_of_case(case: Case) -> list[Entry]:
    """Return the map of a case."""
    rows = Pseudonym.objects.filter(case=case).order_by("pk")
    return [Entry(row.kind, row.canonical, row.original, row.pseudonym) for row in rows]  # type: ignore[arg-type]


def report_of(made: Made) -> dict[str, Any]:
    """Return what the preview of a pack shows: each value with its pseudonym, each line before and after."""
    return {
        "questions": list(made.content.questions),
        "replaced": [
            [entry.kind, entry.original, entry.pseudonym, made.counts[entry.canonical]]
            for entry in made.entries
            if made.counts.get(entry.canonical)
        ],
        "lines": [
            {
                "log": line.log,
                "evidence": line.evidence,
                "file": line.file,
                "line": line.line,
                "says": list(line.says),
                "original": line.original,
                "text": line.text,
                "cut": line.cut,
            }
            for line in made.content.lines
        ],
    }


def cited_pieces(pack: Pack) -> set[str]:
    """Return the public ids of the evidence whose lines stand in a pack; of one that is not made yet, none."""
    return {line["evidence"] for line in pack.report.get("lines", [])}


def restored(case: Case, text: str) -> tuple[str, int]:
    """Return an answer with the names of a case put back, and how many."""
    return restore(text, entries_of_case(case))


def pack_row(pack: Pack) -> dict[str, Any]:
    """Return a pack as the API tells it; what is replaced by what stays on the pages of the case."""
    return {
        "id": pack.public_id,
        "case": pack.case.ref,
        "recipient": pack.recipient.slug,
        "state": pack.state,
        "reason": pack.reason,
        "job": pack.job.public_id if pack.job else None,
        "language": pack.language,
        "findings": pack.findings,
        "questions": pack.questions,
        "background": pack.background,
        "lines": pack.lines,
        "replaced": pack.replaced,
        "sha256": pack.blob_id,
        "size": pack.blob.size if pack.blob else None,
        "members": pack.members,
        "created_at": pack.created_at,
        "created_by": pack.created_by.shown_name,
        "released_at": pack.released_at,
        "released_by": pack.released_by.shown_name if pack.released_by else None,
    }


def pack_rows(packs: Sequence[Pack]) -> list[dict[str, Any]]:
    """Return packs as the API tells them."""
    return [pack_row(pack) for pack in packs]
