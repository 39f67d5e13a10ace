"""Taking evidence in: the blob is durable before the row, and the reading is promised in the row's transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from common.errors import Invalid
from common.storage import StoredBlob
from kb.models import Device, Party
from kb.services.devices import check_zone
from tickets.models import Blob, Case, CustodyAction, EntryKind, Evidence, Reading
from tickets.services.custody import begin_custody, record_custody
from tickets.services.entries import add_machine_entries
from tickets.services.readings import UNREAD, hold_again, hold_readings
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


@dataclass(frozen=True, slots=True)
class Given:
    """A stored blob as somebody gives it: its name, and what is known of it beside its bytes.

    `held` is why it is not read until a person asks for that; empty: it is read at once.
    """

    blob: StoredBlob
    name: str
    facts: EvidenceFacts
    held: str = ""

    @property
    def same(self) -> tuple[str, int | None]:
        """By what it is known again: the same bytes of the same device are one piece."""
        return self.blob.sha256, self.facts.device.pk if self.facts.device else None


def store_evidence(
    *, case: Case, giver: User, blob: StoredBlob, name: str, facts: EvidenceFacts
) -> tuple[Evidence, bool]:
    """Attach a stored blob to a case; return the piece, and whether it is new.

    The same bytes of the same device are one piece: giving them again is noted in its custody log, and changes nothing.
    """
    ((piece, new),) = store_pieces(case=case, giver=giver, given=[Given(blob, clean_name(name), facts)])
    return piece, new


@transaction.atomic
def store_pieces(*, case: Case, giver: User, given: Sequence[Given]) -> list[tuple[Evidence, bool]]:
    """Attach stored blobs to a case as `store_evidence` does, many at the cost of a few."""
    if any(one.blob.size == 0 for one in given):
        raise Invalid.field("file", "The file is empty: it would prove nothing.", code="empty")
    Case.objects.select_for_update().get(pk=case.pk)  # two uploads of the same file at once wait for each other
    there = Evidence.objects.filter(case=case, blob__in=[one.blob.sha256 for one in given])
    pieces = {(piece.blob_id, piece.device_id): piece for piece in there}
    fresh = {one.same: one for one in reversed(given) if one.same not in pieces}  # of equal ones, the first
    first = {id(one) for one in fresh.values()}
    pieces |= {(piece.blob_id, piece.device_id): piece for piece in _attach(case, giver, list(fresh.values())[::-1])}
    for one in given:
        if id(one) not in first:
            details = {"name": clean_name(one.name)}
            record_custody(evidence=pieces[one.same], actor=giver, action=CustodyAction.RECEIVED_AGAIN, details=details)
    _read_held([pieces[one.same] for one in given if not one.held])
    for reason, held in _held(given).items():
        hold_again(pieces=[pieces[one.same] for one in held], reason=reason)
    return [(pieces[one.same], id(one) in first) for one in given]


def _read_held(pieces: Sequence[Evidence]) -> None:
    """Let those be read that were held, now that a person gave them too."""
    wanted = {piece.pk: piece for piece in pieces}
    for reading in Reading.objects.filter(evidence__in=wanted, evidence__job=None, state__in=UNREAD):
        evidence_stored.send(sender=Evidence, evidence=wanted[reading.evidence_id])


def _attach(case: Case, giver: User, given: Sequence[Given]) -> list[Evidence]:
    """Write the rows of new pieces: blob, evidence, custody, timeline, and what their receivers promise."""
    Blob.objects.bulk_create(
        [Blob(sha256=one.blob.sha256, size=one.blob.size) for one in sorted(given, key=lambda one: one.blob.sha256)],
        ignore_conflicts=True,
    )
    made = Evidence.objects.bulk_create([_piece(case, giver, one) for one in given])
    begin_custody(
        begun=[(piece, _facts_told(case, piece, one)) for piece, one in zip(made, given, strict=True)], actor=giver
    )
    add_machine_entries(
        case=case,
        kind=EntryKind.EVIDENCE,
        told=[
            (
                f"evidence:{piece.public_id}",
                piece,
                f"{piece.name} received, {one.blob.size:,} bytes, SHA-256 {piece.blob_id}",
            )
            for piece, one in zip(made, given, strict=True)
        ],
    )
    new = dict(zip(map(id, given), made, strict=True))
    for reason, held in _held(given).items():
        hold_readings(pieces=[new[id(one)] for one in held], reason=reason)
    for one in given:
        if not one.held:
            evidence_stored.send(sender=Evidence, evidence=new[id(one)])
    return made


def _held(given: Sequence[Given]) -> dict[str, list[Given]]:
    """Return what is not read until a person asks for it, by the reason."""
    found: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        if one.held:
            found[one.held].append(one)
    return found


def _piece(case: Case, giver: User, one: Given) -> Evidence:
    """Return the row of a new piece, not saved."""
    facts = one.facts
    return Evidence(
        case=case,
        blob_id=one.blob.sha256,
        name=clean_name(one.name),
        received_by=giver,
        from_party=facts.from_party,
        device=facts.device,
        firmware=facts.firmware,
        zone=facts.zone or (facts.device.zone if facts.device else ""),
        note=facts.note,
    )


def _facts_told(case: Case, piece: Evidence, one: Given) -> dict[str, Any]:
    """Return what the first link of a piece's custody says."""
    return {
        "name": piece.name,
        "size": one.blob.size,
        "case": case.ref,
        "received_at": piece.received_at.isoformat(),
        "device": one.facts.device.name if one.facts.device else None,
        "firmware": one.facts.firmware,
        "zone": piece.zone,
        "from": one.facts.from_party.slug if one.facts.from_party else None,
    }
