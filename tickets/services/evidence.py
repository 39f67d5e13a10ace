"""Taking evidence in: the blob is durable before the row, and the reading is promised in the row's transaction."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Invalid
from common.storage import StoredBlob
from kb.models import Device, Party
from kb.services.devices import check_zone
from tickets.models import Blob, Case, CustodyAction, EntryKind, Evidence
from tickets.services.custody import record_custody
from tickets.services.entries import add_machine_entry
from tickets.signals import evidence_stored

NAME_ALLOWED = 255
FIRMWARE_ALLOWED = 80
NOTE_ALLOWED = 10_000


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """What the file does not say itself, as the giver says it. Empty and None mean unknown, and stay unknown.

    Facts that the database has no room for, or a zone that is none, are refused before any byte is kept.
    """

    device: Device | None = None
    firmware: str = ""
    zone: str = ""
    from_party: Party | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Raise Invalid for facts that do not hold."""
        for name, text, allowed in (("firmware", self.firmware, FIRMWARE_ALLOWED), ("note", self.note, NOTE_ALLOWED)):
            if len(text) > allowed:
                raise Invalid.field(name, f"At most {allowed} characters.", code="max_length")
        check_zone(self.zone)


def clean_name(raw: str) -> str:
    """Return a file's name as a label: its last part, printable, at most NAME_ALLOWED characters."""
    last = raw.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in last)
    return printable.strip()[:NAME_ALLOWED] or "unnamed"


@transaction.atomic
def store_evidence(
    *, case: Case, giver: User, blob: StoredBlob, name: str, facts: EvidenceFacts
) -> tuple[Evidence, bool]:
    """Attach a stored blob to a case; return the piece, and whether it is new.

    The same bytes of the same device are one piece: giving them again is noted in its custody log, and changes nothing.
    """
    if blob.size == 0:
        raise Invalid.field("file", "The file is empty: it would prove nothing.", code="empty")
    Case.objects.select_for_update().get(pk=case.pk)  # two uploads of the same file at once wait for each other
    known = Evidence.objects.filter(case=case, blob_id=blob.sha256, device=facts.device).first()
    if known is not None:
        record_custody(
            evidence=known, actor=giver, action=CustodyAction.RECEIVED_AGAIN, details={"name": clean_name(name)}
        )
        return known, False
    return _attach(case=case, giver=giver, blob=blob, name=clean_name(name), facts=facts), True


def _attach(*, case: Case, giver: User, blob: StoredBlob, name: str, facts: EvidenceFacts) -> Evidence:
    """Write the rows of a new piece: blob, evidence, custody, timeline, and what its receivers promise."""
    Blob.objects.get_or_create(sha256=blob.sha256, defaults={"size": blob.size})
    evidence = Evidence.objects.create(
        case=case,
        blob_id=blob.sha256,
        name=name,
        received_by=giver,
        from_party=facts.from_party,
        device=facts.device,
        firmware=facts.firmware,
        zone=facts.zone or (facts.device.zone if facts.device else ""),
        note=facts.note,
    )
    record_custody(
        evidence=evidence,
        actor=giver,
        action=CustodyAction.RECEIVED,
        details={
            "name": name,
            "size": blob.size,
            "case": case.ref,
            "received_at": evidence.received_at.isoformat(),
            "device": facts.device.name if facts.device else None,
            "firmware": facts.firmware,
            "zone": evidence.zone,
            "from": facts.from_party.slug if facts.from_party else None,
        },
    )
    add_machine_entry(
        case=case,
        kind=EntryKind.EVIDENCE,
        happened_at=timezone.now(),
        text=f"{name} received, {blob.size:,} bytes, SHA-256 {blob.sha256}",
        key=f"evidence:{evidence.public_id}",
        evidence=evidence,
    )
    evidence_stored.send(sender=Evidence, evidence=evidence)
    return evidence
