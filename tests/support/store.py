"""A small store: three pieces of evidence with chains of several entries, one blob that two of them share."""

from dataclasses import dataclass

from common.storage import evidence_store
from tests.conftest import Person
from tickets.models import Case, CustodyAction, Evidence
from tickets.services.cases import open_case
from tickets.services.custody import record_custody
from tickets.services.evidence import EvidenceFacts, store_evidence

LINKS = 4


@dataclass(frozen=True)
class Store:
    """What lies in it. The first two pieces have the same bytes."""

    case: Case
    other: Case
    pieces: list[Evidence]


def give(case: Case, person: Person, content: bytes, name: str = "mail.log") -> Evidence:
    """Store bytes as a piece of a case."""
    with evidence_store().writer() as writer:
        writer.write(content)
        blob = writer.commit()
    return store_evidence(case=case, giver=person.user, blob=blob, name=name, facts=EvidenceFacts())[0]


def make_store(person: Person) -> Store:
    """Make the store of a person's department."""
    cases = [
        open_case(department=person.department, author=person.user, title=title, kind="defect")
        for title in ("Spam", "Mail")
    ]
    pieces = [
        give(cases[0], person, b"date=2022-06-08 the same bytes"),
        give(cases[1], person, b"date=2022-06-08 the same bytes", "copy.log"),
        give(cases[0], person, bytes(range(256)) * 3, "dump.bin"),
    ]
    for piece in pieces:
        for _ in range(LINKS - piece.custody.count()):
            record_custody(evidence=piece, actor=person.user, action=CustodyAction.DOWNLOADED)
    return Store(cases[0], cases[1], pieces)
