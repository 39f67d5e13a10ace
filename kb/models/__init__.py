"""What we know, as tables; one noun a file."""

from kb.models.behaviour import BehaviourAttribute, BehaviourValue, ValueSays
from kb.models.catalogue import CatalogueEvent, Precedent, Release, Source, SourceKind, UpgradeStation
from kb.models.detector import Detector, DetectorRevision
from kb.models.device import Device, FirmwareInstallation
from kb.models.issue import (
    Confidence,
    IssueAlias,
    IssueAudience,
    IssueKind,
    IssueNumber,
    IssueReach,
    IssueSeverity,
    IssueSpans,
    KnownIssue,
    Reference,
    Remediation,
    RemediationCategory,
)
from kb.models.party import US, Party, PartyKind
from kb.models.product import Product
from kb.models.statement import (
    Claim,
    Confirmation,
    IssueEvent,
    IssueStatement,
    Proposition,
    Stance,
    StatementSays,
)
from kb.models.stored_check import StoredCheck

__all__ = [
    "US",
    "BehaviourAttribute",
    "BehaviourValue",
    "CatalogueEvent",
    "Claim",
    "Confidence",
    "Confirmation",
    "Detector",
    "DetectorRevision",
    "Device",
    "FirmwareInstallation",
    "IssueAlias",
    "IssueAudience",
    "IssueEvent",
    "IssueKind",
    "IssueNumber",
    "IssueReach",
    "IssueSeverity",
    "IssueSpans",
    "IssueStatement",
    "KnownIssue",
    "Party",
    "PartyKind",
    "Precedent",
    "Product",
    "Proposition",
    "Reference",
    "Release",
    "Remediation",
    "RemediationCategory",
    "Source",
    "SourceKind",
    "Stance",
    "StatementSays",
    "StoredCheck",
    "UpgradeStation",
    "ValueSays",
]
