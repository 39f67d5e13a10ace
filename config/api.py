"""Every address of the API, in one table (contracts.md)."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from accounts.api.me import Me
from common.api.health import Live, Ready
from common.jobs.api import JobView
from ingest.api.comparisons import CaseComparison, CaseComparisons
from ingest.api.detectors import CaseDetectors, DetectorList, DetectorView
from ingest.api.metrics import Metrics
from ingest.api.read_again import ReadAgain
from ingest.api.scan import CaseScanView
from ingest.api.transaction_lines import FindingLines
from kb.api.behaviours import BehaviourList, BehaviourValues, BehaviourView
from kb.api.catalogue import PrecedentList, ReleaseList, ReleaseView, SourceList, SourceView
from kb.api.devices import DeviceFirmware, DeviceList, DeviceView
from kb.api.history import IssueHistory, ProductHistory
from kb.api.issues import IssueList, IssueView
from kb.api.parties import PartyList, PartyView, VendorList, VendorView
from kb.api.products import ProductList, ProductView
from kb.api.said import (
    ClaimList,
    ClaimView,
    IssueArchive,
    IssueClaims,
    IssueConfirmationAccept,
    IssueConfirmations,
    IssueRemediation,
    IssueRemediations,
    IssueStatements,
    IssueStatementTakeBack,
    IssueValidate,
)
from tickets.api.accountability import PartyAccountability, PartyOwnViews
from tickets.api.asked import AlreadyAsked
from tickets.api.cases import CaseList, CasePartyTickets, CaseShares, CaseShareView, CaseView
from tickets.api.contracts import ContactList, ContactView, ContractList, ContractView, PartyImport
from tickets.api.evidence import CaseEvidence, CaseEvidenceCustody, CaseEvidenceDownload, CaseEvidenceView
from tickets.api.findings import CaseFindings, FindingList, FindingView
from tickets.api.integrity import CheckEvidence, CustodyState
from tickets.api.mails import (
    MailAttachmentDownload,
    MailFile,
    MailList,
    MailOriginal,
    MailOriginalDownload,
    MailTakeOut,
    MailView,
)
from tickets.api.packs import CasePacks, PackDownload, PackRelease, PackRestore, PackView
from tickets.api.reminders import ReminderList, ReminderView
from tickets.api.reports import CaseReportMarkdown, CaseReportPdf
from tickets.api.sightings import IssueSightings
from tickets.api.tasks import CaseTasks, CaseTaskView, CaseWatchers
from tickets.api.timeline import CaseTimeline, CaseTimelineEntry
from tickets.api.turns import CaseTurns
from tickets.api.upgrade_check import UpgradeCheck

urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("health/live", Live.as_view()),
    path("health/ready", Ready.as_view()),
    path("metrics", Metrics.as_view()),
    path("me/", Me.as_view()),
    path("jobs/<uuid:public_id>/", JobView.as_view()),
    path("parties/", PartyList.as_view()),
    path("parties/<str:slug>/", PartyView.as_view()),
    path("parties/<str:slug>/accountability/", PartyAccountability.as_view()),
    path("parties/<str:slug>/own-views/", PartyOwnViews.as_view()),
    path("contacts/", ContactList.as_view()),
    path("contacts/<uuid:public_id>/", ContactView.as_view()),
    path("contracts/", ContractList.as_view()),
    path("contracts/<uuid:public_id>/", ContractView.as_view()),
    path("party-imports/", PartyImport.as_view()),
    path("products/", ProductList.as_view()),
    path("products/<str:slug>/", ProductView.as_view()),
    path("products/<str:slug>/history/", ProductHistory.as_view()),
    path("vendors/", VendorList.as_view()),
    path("vendors/<str:slug>/", VendorView.as_view()),
    path("releases/", ReleaseList.as_view()),
    path("releases/<int:pk>/", ReleaseView.as_view()),
    path("sources/", SourceList.as_view()),
    path("sources/<uuid:public_id>/", SourceView.as_view()),
    path("precedents/", PrecedentList.as_view()),
    path("behaviours/", BehaviourList.as_view()),
    path("behaviours/<int:pk>/", BehaviourView.as_view()),
    path("behaviours/<int:pk>/values/", BehaviourValues.as_view()),
    path("detectors/", DetectorList.as_view()),
    path("detectors/<uuid:public_id>/", DetectorView.as_view()),
    path("cases/<str:ref>/detectors/", CaseDetectors.as_view()),
    path("issues/", IssueList.as_view()),
    path("issues/<str:name>/", IssueView.as_view()),
    path("issues/<str:name>/statements/", IssueStatements.as_view()),
    path("issues/<str:name>/statements/<uuid:public_id>/take-back/", IssueStatementTakeBack.as_view()),
    path("issues/<str:name>/remediations/", IssueRemediations.as_view()),
    path("issues/<str:name>/remediations/<int:pk>/", IssueRemediation.as_view()),
    path("issues/<str:name>/claims/", IssueClaims.as_view()),
    path("issues/<str:name>/confirmations/", IssueConfirmations.as_view()),
    path("issues/<str:name>/confirmations/<uuid:public_id>/accept/", IssueConfirmationAccept.as_view()),
    path("issues/<str:name>/validate/", IssueValidate.as_view()),
    path("issues/<str:name>/archive/", IssueArchive.as_view()),
    path("issues/<str:name>/history/", IssueHistory.as_view()),
    path("issues/<str:name>/sightings/", IssueSightings.as_view()),
    path("claims/", ClaimList.as_view()),
    path("claims/<uuid:public_id>/", ClaimView.as_view()),
    path("custody/", CustodyState.as_view()),
    path("upgrade-check/", UpgradeCheck.as_view()),
    path("devices/", DeviceList.as_view()),
    path("devices/<uuid:public_id>/", DeviceView.as_view()),
    path("devices/<uuid:public_id>/firmware/", DeviceFirmware.as_view()),
    path("already-asked/", AlreadyAsked.as_view()),
    path("cases/", CaseList.as_view()),
    path("cases/<str:ref>/", CaseView.as_view()),
    path("cases/<str:ref>/party-tickets/", CasePartyTickets.as_view()),
    path("cases/<str:ref>/shares/", CaseShares.as_view()),
    path("cases/<str:ref>/shares/<str:slug>/", CaseShareView.as_view()),
    path("cases/<str:ref>/timeline/", CaseTimeline.as_view()),
    path("cases/<str:ref>/timeline/<uuid:public_id>/", CaseTimelineEntry.as_view()),
    path("cases/<str:ref>/turns/", CaseTurns.as_view()),
    path("cases/<str:ref>/findings/", CaseFindings.as_view()),
    path("cases/<str:ref>/scan/", CaseScanView.as_view()),
    path("cases/<str:ref>/comparisons/", CaseComparisons.as_view()),
    path("cases/<str:ref>/comparisons/<uuid:public_id>/", CaseComparison.as_view()),
    path("cases/<str:ref>/evidence/", CaseEvidence.as_view()),
    path("cases/<str:ref>/evidence/<uuid:public_id>/", CaseEvidenceView.as_view()),
    path("cases/<str:ref>/evidence/<uuid:public_id>/custody/", CaseEvidenceCustody.as_view()),
    path("cases/<str:ref>/evidence/<uuid:public_id>/check/", CheckEvidence.as_view()),
    path("cases/<str:ref>/evidence/<uuid:public_id>/download", CaseEvidenceDownload.as_view()),
    path("cases/<str:ref>/evidence/<uuid:public_id>/read-again/", ReadAgain.as_view()),
    path("mails/", MailList.as_view()),
    path("mails/<uuid:public_id>/", MailView.as_view()),
    path("mails/<uuid:public_id>/file/", MailFile.as_view()),
    path("mails/<uuid:public_id>/take-out/", MailTakeOut.as_view()),
    path("mails/<uuid:public_id>/original", MailOriginal.as_view()),
    path("mails/<uuid:public_id>/originals/<str:sha256>", MailOriginalDownload.as_view()),
    path("mails/<uuid:public_id>/attachments/<uuid:attachment>/download", MailAttachmentDownload.as_view()),
    path("cases/<str:ref>/report.md", CaseReportMarkdown.as_view()),
    path("cases/<str:ref>/report.pdf", CaseReportPdf.as_view()),
    path("cases/<str:ref>/packs/", CasePacks.as_view()),
    path("packs/<uuid:public_id>/", PackView.as_view()),
    path("packs/<uuid:public_id>/download", PackDownload.as_view()),
    path("packs/<uuid:public_id>/release/", PackRelease.as_view()),
    path("packs/<uuid:public_id>/restore/", PackRestore.as_view()),
    path("cases/<str:ref>/tasks/", CaseTasks.as_view()),
    path("cases/<str:ref>/tasks/<uuid:public_id>/", CaseTaskView.as_view()),
    path("cases/<str:ref>/watchers/", CaseWatchers.as_view()),
    path("reminders/", ReminderList.as_view()),
    path("reminders/<uuid:public_id>/", ReminderView.as_view()),
    path("findings/", FindingList.as_view()),
    path("findings/<uuid:public_id>/", FindingView.as_view()),
    path("findings/<uuid:public_id>/lines/", FindingLines.as_view()),
]
