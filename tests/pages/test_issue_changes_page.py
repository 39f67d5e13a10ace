"""Changing an issue by its page, and what came with a pack."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client

from kb.models import KnownIssue
from kb.services.issues import change_issue
from tests.conftest import Person
from tests.pages.knowledge import record
from tests.support.forms import filled_in
from tickets.models import Case

MULTI = "multi-action-duplicate-relay"
FORM: dict[str, Any] = {
    "title": "Mail stops at night", "kind": "limitation", "severity": "medium", "severity_rule": "", "summary": "s",
    "symptoms": "disk full", "cause": "", "aliases": "BUG-1, CVE-2026-1", "audience": "everyone", "review_on": "",
}  # fmt: skip


def test_what_came_with_a_pack_stays_beside_what_people_add(alice: Person, known_story: Case) -> None:
    issue = KnownIssue.objects.get(slug=MULTI)
    issue.aliases.create(name="0123456", origin=issue.origin)
    ours = alice.api.patch(f"issues/{MULTI}/", {"aliases": ["0123456", "OURS-1"]})
    assert ours.status_code == 200
    refused = alice.api.patch(f"issues/{MULTI}/", {"aliases": ["OURS-1"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "aliases")
    way = issue.remediations.exclude(origin="").first()
    assert way is not None
    assert alice.api.delete(f"issues/{MULTI}/remediations/{way.pk}/").status_code == 409
    alice.api.post(f"issues/{MULTI}/remediations/", {"category": "mitigation", "details": "Ours."})
    call_command("load_pack", "fortimail", stdout=StringIO())
    assert "OURS-1" in issue.aliases.values_list("name", flat=True)
    assert "Ours." in issue.remediations.values_list("details", flat=True)


def test_the_form_changes_an_issue(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    path = f"/issues/{issue.slug}/change/"
    form = page.get(path).context["form"]
    answer = page.post(path, FORM | {"revision": form.initial["revision"]})
    assert (answer.status_code, answer["Location"]) == (302, f"/issues/{issue.slug}/")
    issue.refresh_from_db()
    assert (issue.title, issue.kind, issue.severity, issue.symptoms) == (
        "Mail stops at night", "limitation", "medium", "disk full",
    )  # fmt: skip
    assert [alias.name for alias in issue.aliases.all()] == ["BUG-1", "CVE-2026-1"]
    text = page.get(f"/issues/{issue.slug}/").content.decode()
    assert "Other names: – → BUG-1, CVE-2026-1" in text
    assert page.get("/issues/?search=disk+full").context["page"].count == 1


def test_two_people_with_the_form_open_do_not_overwrite_each_other(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    path = f"/issues/{issue.slug}/change/"
    revision = page.get(path).context["form"].initial["revision"]
    assert page.post(path, FORM | {"revision": revision, "summary": "mine"}).status_code == 302
    late = page.post(path, FORM | {"revision": revision, "summary": "theirs"})
    assert late.status_code == 422
    assert "theirs</textarea>" in late.content.decode()
    assert "Somebody changed" in late.content.decode()
    issue.refresh_from_db()
    assert issue.summary == "mine"


def test_an_issue_is_saved_again_over_what_somebody_else_saved(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    path = f"/issues/{issue.slug}/change/"
    mine = filled_in(page.get(path).content.decode()) | {"summary": "one\r\ntwo"}
    for summary in ("theirs", "theirs again"):  # as often as they are faster
        change_issue(issue=issue, author=alice.user, changes={"summary": summary, "cause": "theirs"})
        text = page.post(path, mine).content.decode()
        assert f"Somebody else saved meanwhile: {summary}<" in text
        mine = filled_in(text)
    assert page.post(path, mine).status_code == 302
    issue.refresh_from_db()
    assert (issue.summary.split(), issue.cause) == (["one", "two"], "theirs")


def test_a_way_out_is_recorded_and_removed_on_the_page(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    path = f"/issues/{issue.slug}/"
    assert page.post(f"{path}ways-out/", {"way_out-category": "workaround"}).status_code == 422
    page.post(f"{path}ways-out/", {"way_out-category": "workaround", "way_out-details": "Restart it."})
    assert "Restart it." in page.get(path).content.decode()
    way = issue.remediations.get()
    page.post(f"{path}ways-out/{way.pk}/remove/")
    assert not issue.remediations.exists()
    assert page.post(f"{path}ways-out/{way.pk}/remove/").status_code == 404


def test_who_may_not_change_an_issue_gets_no_form(story: Case, alice: Person, charlie: Person) -> None:
    issue = record(alice.department, alice.user, audience="department")
    assert charlie.client.get(f"/issues/{issue.slug}/change/").status_code == 404
    assert charlie.client.post(f"/issues/{issue.slug}/change/", FORM).status_code == 404
