"""Cases and what belongs to them; one noun a file."""

from tickets.models.case import Case, CaseKind, CaseParty, CaseShare, CaseState, PartyTicket, Severity
from tickets.models.contract import (
    Contact,
    ContactEvent,
    ContactLanguage,
    Contract,
    ContractClock,
    ContractEvent,
)
from tickets.models.custody import CustodyAction, CustodyEntry
from tickets.models.detector_run import DetectorRun
from tickets.models.entry import EntryKind, Precision, TimelineEntry
from tickets.models.evidence import Blob, Evidence
from tickets.models.finding import Finding, FindingStatus
from tickets.models.finding_link import FindingLink, LinkState
from tickets.models.mail import FiledBy, Mail, MailAttachment, MailCopy, MailFiling, MailImport, MailKind
from tickets.models.own_view import OwnView
from tickets.models.pack import Pack, PackSecret, PackState, Pseudonym
from tickets.models.reading import Reading, ReadingState
from tickets.models.reminder import Reminder, ReminderKind, ReminderLevel
from tickets.models.scan import CaseScan
from tickets.models.seal import EntrySeal, UnpublishedHead
from tickets.models.task import Task, TaskKind
from tickets.models.verification import BlobCheck, IntegrityCheck, Verification
from tickets.models.watcher import Watcher

__all__ = [
    "Blob",
    "BlobCheck",
    "Case",
    "CaseKind",
    "CaseParty",
    "CaseScan",
    "CaseShare",
    "CaseState",
    "Contact",
    "ContactEvent",
    "ContactLanguage",
    "Contract",
    "ContractClock",
    "ContractEvent",
    "CustodyAction",
    "CustodyEntry",
    "DetectorRun",
    "EntryKind",
    "EntrySeal",
    "Evidence",
    "FiledBy",
    "Finding",
    "FindingLink",
    "FindingStatus",
    "IntegrityCheck",
    "LinkState",
    "Mail",
    "MailAttachment",
    "MailCopy",
    "MailFiling",
    "MailImport",
    "MailKind",
    "OwnView",
    "Pack",
    "PackSecret",
    "PackState",
    "PartyTicket",
    "Precision",
    "Pseudonym",
    "Reading",
    "ReadingState",
    "Reminder",
    "ReminderKind",
    "ReminderLevel",
    "Severity",
    "Task",
    "TaskKind",
    "TimelineEntry",
    "UnpublishedHead",
    "Verification",
    "Watcher",
]
