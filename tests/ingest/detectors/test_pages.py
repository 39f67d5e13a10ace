"""Detectors on pages: added and changed by a form, with what they said of the reader's cases."""

import pytest

from common.jobs.models import Job
from common.jobs.tasks import run_job
from ingest.kinds import RUN_DETECTOR
from kb.models import Detector, KnownIssue
from tests.cli.test_detectors import example
from tests.conftest import Person
from tests.ingest.answers import give
from tests.ingest.detectors.world import ID, add, held, run
from tests.support.forms import filled_in
from tests.support.fortimail_log import make_log
from tickets.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]
PAGE = f"/detectors/{ID}/"
NEW = "/issues/multi-action-duplicate-relay/detectors/new/"


def page(person: Person, path: str = PAGE) -> str:
    """Return a page's text."""
    answer = person.client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_detector_is_added_by_a_form_and_says_what_it_found(case: Case, alice: Person, issue: KnownIssue) -> None:
    assert f'href="{NEW}"' in page(alice, f"/issues/{issue.slug}/")
    form = filled_in(alice.client.get(NEW).content.decode())

    refused = alice.client.post(NEW, form | {"text": example().replace("level: high", "level: loud")})
    empty = alice.client.post(NEW, form | {"text": " "})
    made = alice.client.post(NEW, form | {"text": example().replace("\n", "\r\n")})

    assert (refused.status_code, empty.status_code, made.status_code) == (422, 422, 302)
    assert "loud" in refused.content.decode()
    assert made["Location"] == PAGE
    assert Detector.objects.get().text == example()
    assert "It has looked into no case of yours: that says nothing of them." in page(alice)
    run_newest()
    assert len(held(case)) == 5
    text = page(alice)
    assert f'<a href="/cases/{case.ref}/">{case.ref}</a>' in text
    assert '<td class="num">5</td>' in text
    assert f'href="{PAGE}"' in page(alice, f"/issues/{issue.slug}/")


def test_a_number_of_findings_is_told_of_what_was_looked_at(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    assert "not of all its logs" not in page(alice)
    give(case, alice, make_log(10), name="more.log")
    assert "not of all its logs" in page(alice)


def test_two_people_with_the_form_open_do_not_overwrite_each_other(
    case: Case, alice: Person, issue: KnownIssue
) -> None:
    run(add(alice))
    form = filled_in(alice.client.get(PAGE).content.decode())
    mine = form | {"text": example().replace("level: high", "level: low")}
    late = form | {"text": example().replace("level: high", "level: medium")}

    assert alice.client.post(PAGE, mine).status_code == 302
    answer = alice.client.post(PAGE, late)

    assert answer.status_code == 422
    assert Detector.objects.get().severity == "low"
    again = filled_in(answer.content.decode())
    assert alice.client.post(PAGE, again).status_code == 302
    assert Detector.objects.get().severity == "medium"


def test_it_is_switched_off_and_what_it_found_no_longer_holds(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    form = filled_in(alice.client.get(PAGE).content.decode())
    del form["enabled"]
    assert alice.client.post(PAGE, form).status_code == 302
    run_newest()
    assert held(case) == []
    assert "switched off" in page(alice)


def test_readers_see_the_rule_and_strangers_none_of_the_cases(
    case: Case, alice: Person, bob: Person, charlie: Person, issue: KnownIssue
) -> None:
    run(add(alice))
    assert "told: refused" in page(bob)
    assert "Check and record" not in page(bob)
    assert bob.client.post(PAGE, {"text": "x", "revision": "1"}).status_code == 403
    assert bob.client.get(NEW).status_code == 403
    assert f"/cases/{case.ref}/" in page(bob)
    assert f"/cases/{case.ref}/" not in page(charlie)
    issue.audience = "department"
    issue.save()
    assert charlie.client.get(PAGE).status_code == 404


def run_newest() -> None:
    """Run what was promised last."""
    run_job(Job.objects.filter(kind=RUN_DETECTOR).latest("pk").pk)
