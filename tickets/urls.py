"""Addresses of the pages."""

from django.urls import path

from common.views import keyboard
from tickets.views import case, case_party, cases, check, contract, entry, evidence, finding, issue, promise, upload
from tickets.views.start import start

urlpatterns = [
    path("", start, name="start"),
    path("keyboard/", keyboard, name="keyboard"),
    path("check/", check.check, name="check"),
    path("check/versions/", check.versions, name="check-versions"),
    path("checks/", check.keep, name="keep-check"),
    path("checks/<uuid:public_id>/", check.kept, name="kept-check"),
    path("issues/<str:name>/", issue.issue, name="issue"),
    path("issues/<str:name>/statements/", issue.new_statement, name="new-statement"),
    path("issues/<str:name>/statements/<uuid:public_id>/take-back/", issue.take_back, name="take-back-statement"),
    path("issues/<str:name>/ways-out/", issue.new_way_out, name="new-way-out"),
    path("issues/<str:name>/ways-out/<int:number>/remove/", issue.remove_way, name="remove-way-out"),
    path("issues/<str:name>/claims/", issue.new_claim, name="new-claim"),
    path("issues/<str:name>/confirmations/", issue.new_confirmation, name="new-confirmation"),
    path("issues/<str:name>/confirmations/<uuid:public_id>/accept/", issue.accept, name="accept-confirmation"),
    path("issues/<str:name>/validate/", issue.validate, name="validate-issue"),
    path("issues/<str:name>/archive/", issue.archive, name="archive-issue"),
    path("contracts/", contract.contracts, name="contracts"),
    path("contracts/new/", contract.new_contract, name="new-contract"),
    path("contacts/new/", contract.new_contact, name="new-contact"),
    path("party-imports/", contract.party_import, name="party-import"),
    path("cases/", cases.cases, name="cases"),
    path("cases.csv", cases.cases_csv, name="cases-csv"),
    path("cases/new/", case.new_case, name="new-case"),
    path("cases/<str:ref>/", case.case, name="case"),
    path("cases/<str:ref>/change/", case.change, name="change-case"),
    path("cases/<str:ref>/devices/", case.change_devices, name="change-case-devices"),
    path("cases/<str:ref>/parties/", case_party.new_case_party, name="new-case-party"),
    path("cases/<str:ref>/shares/", case_party.new_share, name="new-share"),
    path("cases/<str:ref>/shares/<slug:slug>/end/", case_party.end_share, name="end-share"),
    path("cases/<str:ref>/entries/new/", entry.new_entry, name="new-entry"),
    path("cases/<str:ref>/entries/<uuid:public_id>/correct/", entry.correction, name="correct-entry"),
    path("cases/<str:ref>/promises/<uuid:public_id>/chaser/", promise.chaser, name="chaser"),
    path("cases/<str:ref>/findings/", finding.findings, name="findings"),
    path("cases/<str:ref>/findings/<uuid:public_id>/", finding.finding, name="finding"),
    path("cases/<str:ref>/findings/<uuid:public_id>/judge/", finding.judgement, name="judge-finding"),
    path("cases/<str:ref>/findings/<uuid:public_id>/issue/", finding.link, name="link-finding"),
    path("cases/<str:ref>/evidence/", upload.upload_evidence, name="case-upload"),
    path("cases/<str:ref>/evidence/reading/", evidence.open_jobs, name="open-jobs"),
    path("cases/<str:ref>/evidence/<uuid:public_id>/", evidence.evidence, name="evidence"),
    path("cases/<str:ref>/evidence/<uuid:public_id>/file/", upload.download_evidence, name="evidence-download"),
]
