"""Known issues: the list, the page with its ledger, and what people add."""

import pytest
from django.test import Client

from kb.models import Confidence, Confirmation, KnownIssue
from tests.conftest import Person
from tests.pages.knowledge import record
from tickets.models import Case

MULTI = "/issues/multi-action-duplicate-relay/"


def text_of(client: Client, path: str) -> str:
    """Return a page's text."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_issues_are_filtered_by_a_version(page: Client, known_story: Case) -> None:
    assert "15 issues." in text_of(page, "/issues/?product=fortimail&affects=7.0.2")
    answer = page.get("/issues/?product=fortimail&affects=7.0")
    assert answer.status_code == 422
    assert "affects=7.0.9" in answer.content.decode()
    assert "Name the product whose version it is." in page.get("/issues/?affects=7.0.2").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=CVE-2025-53681", 1), ("kind=behaviour_change", 4), ("severity=critical", 5),
        ("confidence=validated", 0), ("search=nothing+at+all", 0), ("product=none", 0),
    ],
)  # fmt: skip
def test_issues_are_filtered(page: Client, known_story: Case, query: str, found: int) -> None:
    assert page.get(f"/issues/?{query}").context["page"].count == found


@pytest.mark.parametrize("order", ["title", "-title", "ref", "kind", "-severity", "confidence", "updated", "nonsense"])
def test_issues_sort_by_each_column(page: Client, story: Case, alice: Person, order: str) -> None:
    record(alice.department, alice.user)
    assert "Quarantine" in text_of(page, f"/issues/?order={order}")


def test_the_list_is_sent_as_csv(page: Client, known_story: Case) -> None:
    lines = b"".join(page.get("/issues.csv?product=fortimail")).decode().splitlines()
    assert len(lines) == 50
    assert any(line.startswith("ZR-") and "by_design" in line for line in lines)


def test_an_issue_shows_its_ledger_with_the_flip(page: Client, known_story: Case) -> None:
    text = text_of(page, "/issues/scan-order-swapped/")
    flip = text[text.index('class="flip"') :]
    assert flip.index("denies") < flip.index("admits")
    for words in ("7 claims", "1 flip", "Works as designed; the old order will not come back.", "Before and after"):
        assert words in text, words


def test_an_issue_shows_where_it_is_and_what_is_not_known(page: Client, known_story: Case) -> None:
    text = text_of(page, MULTI)
    for words in ("7.0.2 – 7.0.9", "7.0.0 – 7.0.1", "seen on 7.0.2", "Not known", "How to check a unit", "7.0.2</th>"):
        assert words in text, words
    assert "antispam.settings.scan-action-preference = multi-action" in text


def test_sightings_are_those_of_the_reader_alone(page: Client, known_story: Case, charlie: Person) -> None:
    assert "Seen in your cases" in text_of(page, MULTI)
    text = text_of(charlie.client, MULTI)
    assert "Not seen in any case of yours." in text
    assert f'href="/cases/{known_story.ref}/"' not in text


def test_a_hidden_issue_is_not_there(page: Client, story: Case, charlie: Person) -> None:
    issue = record(charlie.department, charlie.user, title="Secret", audience="department")
    for name in (issue.slug, issue.ref):
        answer = page.get(f"/issues/{name}/")
        assert answer.status_code == 404
        assert "Secret" not in answer.content.decode()
    for below in ("statements/", "claims/", "confirmations/", "validate/", "archive/"):
        assert page.post(f"/issues/{issue.slug}/{below}", {}).status_code == 404


def test_a_claim_is_added_and_a_refusal_keeps_what_was_typed(page: Client, known_story: Case) -> None:
    form = {
        "claim-party": "fortinet", "claim-proposition": "is_defect", "claim-stance": "yes",
        "claim-text": "We looked again.", "claim-said_at": "2023-05-17",
    }  # fmt: skip
    assert page.post(f"{MULTI}claims/", form)["Location"] == f"{MULTI}#ledger"
    text = text_of(page, MULTI)
    assert "We looked again." in text
    assert 'class="flip"' in text
    answer = page.post(f"{MULTI}claims/", form | {"claim-versions": "7.2"})
    assert answer.status_code == 422
    assert "We looked again.</textarea>" in answer.content.decode()


def test_a_statement_is_added_and_taken_back(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    path = f"/issues/{issue.slug}/"
    form = {"statement-says": "ranges", "statement-ranges": "7.2.0 to 7.2.3\n7.4.1", "statement-version": ""}
    assert page.post(f"{path}statements/", form).status_code == 302
    assert "7.2.0 – 7.2.3" in text_of(page, path)
    row = issue.statements.get(says="ranges")
    assert row.ranges == [{"from": "7.2.0", "to": "7.2.3"}, {"from": "7.4.1", "to": "7.4.1"}]
    page.post(f"{path}statements/{row.public_id}/take-back/", {"reason": "misread"})
    text = text_of(page, path)
    assert "<s>" in text
    assert "misread" in text
    answer = page.post(f"{path}statements/", form | {"statement-ranges": "7.2.3 to 7.2.0"})
    assert answer.status_code == 422


def test_a_department_confirms_and_somebody_else_accepts(page: Client, known_story: Case, charlie: Person) -> None:
    form = {"confirmation-department": "network-services", "confirmation-version": "7.2.2", "sees": "yes"}
    assert charlie.client.post(f"{MULTI}confirmations/", form).status_code == 302
    row = Confirmation.objects.get()
    accept = f"{MULTI}confirmations/{row.public_id}/accept/"
    assert charlie.client.post(accept).status_code == 403
    page.post(accept)
    assert "7.2.2" in text_of(page, f"{MULTI}#where")
    assert "7.2.2" in str(text_of(page, "/issues/?product=fortimail&affects=7.2.2"))
    form |= {"sees": "no", "confirmation-version": "6.2.4"}
    charlie.client.post(f"{MULTI}confirmations/", form)
    assert not Confirmation.objects.get(version="6.2.4").sees_it


def test_an_issue_is_validated_by_somebody_else(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    form = {"validation-what": "issue", "validation-version": "7.0.2", "validation-basis": "six lines"}
    answer = page.post(f"/issues/{issue.slug}/validate/", form)
    assert answer.status_code == 422
    assert "An issue is validated by somebody other than its author." in answer.content.decode()
    other = record(alice.department, None, title="Another")  # type: ignore[arg-type]
    assert page.post(f"/issues/{other.slug}/validate/", form).status_code == 302
    assert KnownIssue.objects.get(pk=other.pk).confidence == Confidence.VALIDATED


def test_an_issue_is_archived_with_its_reason(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    answer = page.post(f"/issues/{issue.slug}/archive/", {"archive-reason": "wrong"})
    assert answer.status_code == 422
    assert "is said to affect versions" in answer.content.decode()
    other = record(alice.department, alice.user, title="The same, better")
    form = {"archive-reason": "merged", "archive-replaced_by": other.ref}
    assert page.post(f"/issues/{issue.slug}/archive/", form).status_code == 302
    assert other.ref in text_of(page, f"/issues/{issue.slug}/")


def test_an_issue_is_recorded_with_its_first_statement(page: Client, story: Case) -> None:
    form = {
        "product": "fortimail", "title": "Logs stop", "kind": "defect", "severity": "low", "says": "seen",
        "version": "7.2", "audience": "everyone", "department": "mail-operations", "aliases": "CVE-1, CVE-2",
    }  # fmt: skip
    answer = page.post("/issues/new/", form)
    assert answer.status_code == 422
    assert "it is a train" in answer.content.decode()
    assert 'value="Logs stop"' in answer.content.decode()
    answer = page.post("/issues/new/", form | {"version": "7.2.1"})
    assert answer["Location"] == "/issues/logs-stop/"
    assert "CVE-2" in text_of(page, answer["Location"])


def test_a_reader_sees_and_adds_nothing(story: Case, alice: Person, bob: Person) -> None:
    issue = record(alice.department, alice.user)
    text = text_of(bob.client, f"/issues/{issue.slug}/")
    assert "Add a claim" not in text
    assert "We see it too" not in text
    for below in ("statements/", "claims/", "confirmations/", "validate/", "archive/"):
        assert bob.client.post(f"/issues/{issue.slug}/{below}", {}).status_code == 403
    assert bob.client.get("/issues/new/").status_code == 403


def test_a_finding_says_which_issue_it_may_be(page: Client, known_story: Case, bob: Person) -> None:
    finding = known_story.findings.get()
    path = f"/cases/{known_story.ref}/findings/{finding.public_id}/"
    assert "It may be the known issue" in text_of(page, path)
    assert "perhaps known issue" in text_of(page, f"/cases/{known_story.ref}/")
    assert "It is this issue" not in text_of(bob.client, path)
    ref = KnownIssue.objects.get(slug="multi-action-duplicate-relay").ref
    assert bob.client.post(f"{path}issue/", {"issue": ref, "link": "confirmed"}).status_code == 403
    page.post(f"{path}issue/", {"issue": ref, "link": "confirmed"})
    assert "It is the known issue" in text_of(page, path)
    assert Confirmation.objects.get().version == "7.0.2"
    page.post(f"{path}issue/", {"issue": ref, "link": "refused", "next": "case"})
    assert "It is not the known issue" in text_of(page, path)
    assert ref not in text_of(page, f"/cases/{known_story.ref}/").split("</h1>")[1].split("</div>")[0]


def test_the_start_asks_from_what_the_reader_runs(page: Client, known_story: Case, charlie: Person) -> None:
    text = text_of(page, "/")
    assert 'name="from" value="7.0.2"' in text
    assert "You run FortiMail 7.0.2 on mx1." in text
    assert 'name="from" value=""' in text_of(charlie.client, "/")


def test_the_issue_speaks_japanese(page: Client, known_story: Case) -> None:
    text = page.get(MULTI, headers={"Accept-Language": "ja"}).content.decode()
    for words in ("誰が何と言ったか", "仕様どおり", "見解の相違", "該当するリリース", "未検証"):
        assert words in text, words
