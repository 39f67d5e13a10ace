"""Loading the story into a new installation, through the same services that people use."""

from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from accounts.models import Department, User
from common.storage import evidence_store
from kb.models import Device, Party, Product
from kb.services.catalogue import record_precedent
from kb.services.devices import create_device, record_firmware
from kb.services.packs import PACKS, load_pack
from kb.services.parties import create_party
from tickets.models import Case, CaseKind, Severity
from tickets.sample import story
from tickets.services.cases import open_case
from tickets.services.entries import add_entry
from tickets.services.evidence import EvidenceFacts, store_evidence

LOG = Path(__file__).parent / "cross-search.log"
LOG_NOTE = (
    "The cross search of one session. The texts of lines 2 to 6 are as published; their headers, and the history line, "
    "are ours: the account leaves them out."
)


@transaction.atomic
def load_story(*, department: Department, author: User) -> Case:
    """Load what is known of FortiMail; record the parties, the gateway, both cases and the log.

    The log's reading is promised to the workers.
    """
    load_pack(PACKS / "fortimail")
    known = set(Party.objects.values_list("name", flat=True))
    for name, kind in story.PARTIES:
        if name not in known:
            create_party(name=name, kind=kind)
    parties = {party.slug: party for party in Party.objects.all()}
    product = Product.objects.get(slug="fortimail")
    for precedent in story.PRECEDENTS:
        record_precedent(product=product, author=author, **precedent)
    device = create_device(department=department, product=product, name="mx1", zone="Asia/Tokyo")
    for version, day, note in story.FIRMWARE:
        record_firmware(device=device, author=author, version=version, installed_at=_midnight(day), note=note)
    case = open_case(
        department=department,
        author=author,
        title="Rejected mail reaches users after the upgrade",
        kind=CaseKind.BEHAVIOUR_QUESTION,
        severity=Severity.HIGH,
        product=product,
        release="7.0.2",
        parties=[parties[story.VENDOR], parties[story.RESELLER]],
        devices=[device],
        opened_at=story.REJECTED_AND_DELIVERED[1].happened_at,
    )
    _tell(case, author, story.REJECTED_AND_DELIVERED, parties)
    _store_log(case, author, device)
    quotation = open_case(
        department=department,
        author=author,
        title="New quotation, ¥30 million purchase",
        kind=CaseKind.QUOTATION,
        parties=[parties[story.RESELLER]],
        opened_at=story.QUOTATION[0].happened_at,
    )
    _tell(quotation, author, story.QUOTATION, parties)
    return case


def _midnight(day: str) -> datetime:
    """Return the beginning of a day in Japan."""
    return datetime.fromisoformat(f"{day}T00:00:00+09:00").astimezone(UTC)


def _tell(case: Case, author: User, entries: tuple[story.Told, ...], parties: dict[str, Party]) -> None:
    """Write the entries of a timeline."""
    for told in entries:
        add_entry(
            case=case,
            author=author,
            kind=told.kind,
            happened_at=told.happened_at,
            precision=told.precision,
            text=told.text,
            from_party=parties[told.from_party] if told.from_party else None,
            to_party=parties[told.to_party] if told.to_party else None,
            state=told.state,
        )


def _store_log(case: Case, author: User, device: Device) -> None:
    """Put the log into the store and attach it to the case."""
    with evidence_store().writer() as writer:
        writer.write(LOG.read_bytes())
        blob = writer.commit()
    facts = EvidenceFacts(device=device, firmware="7.0.2", zone="Asia/Tokyo", note=LOG_NOTE)
    store_evidence(case=case, giver=author, blob=blob, name=LOG.name, facts=facts)
