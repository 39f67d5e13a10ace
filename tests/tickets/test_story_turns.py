"""The story's cases as they are entered: how many days each party had, the undated quotation, the flip."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from kb.claims.ledger import Said, flips
from kb.models import Claim, KnownIssue
from tests.conftest import Person
from tickets.models import Case
from tickets.queries.turns import case_turns
from tickets.sample.load import load_story


@pytest.fixture
def cases(alice: Person) -> dict[str, Case]:
    """Both cases of the story, by kind."""
    load_story(department=alice.department, author=alice.user)
    return {case.kind: case for case in Case.objects.all()}


def test_it_says_how_many_days_each_party_had(cases: dict[str, Case]) -> None:
    now = datetime(2023, 5, 17, 3, tzinfo=UTC)
    vendor, reseller = case_turns(cases["behaviour_question"], now=now).legs
    assert vendor.days == {"fortinet": 1.0 + 329.0, "us": 372.0}
    assert reseller.days == {"reseller-s": 3.0 + 3.0, "us": 4.0 + 713.0}
    assert [one.holder for one in reseller.intervals] == ["reseller-s", "us", "reseller-s", "us"]


def test_the_undated_quotation_is_overdue_for_six_months_without_a_reminder_and_then_lapses(
    cases: dict[str, Case], alice: Person
) -> None:
    before = case_turns(cases["quotation"], now=datetime(2023, 5, 18, tzinfo=UTC))
    (promise,) = before.promises
    assert (promise.party, promise.due.source, promise.state) == ("reseller-s", "default", "broken")
    assert (promise.due.at.date().isoformat(), promise.overdue_for.days, promise.reminders) == ("2022-11-18", 180, 0)
    (told,) = alice.api.get(f"cases/{cases['quotation'].ref}/turns/").json()["promises"]
    assert (told["state"], told["reminders"], round(told["overdue_days"])) == ("lapsed", 0, 181)


def test_the_page_says_so(cases: dict[str, Case], alice: Person) -> None:
    page = alice.client.get(f"/cases/{cases['quotation'].ref}/").content.decode()
    for words in ("Lapsed", "no reminder sent", "181 days late (6 months)", "due 18 Nov 2022 by default", "Closed on"):
        assert words in page
    page = alice.client.get(f"/cases/{cases['behaviour_question'].ref}/").content.decode()
    assert "Fortinet has had the turn since c. 22 Jun 2022" in page
    assert "Our turn towards Reseller S since c. 3 Jun 2021." in page


def test_the_reseller_flips_from_denied_to_admitted(cases: dict[str, Case], alice: Person) -> None:
    issue = KnownIssue.objects.get(slug="scan-order-swapped")
    claims = Claim.objects.filter(issue=issue).select_related("party").order_by("pk")
    said = [Said(one.pk, one.party.slug, one.proposition, one.stance, one.said_at) for one in claims]  # type: ignore[arg-type]
    (flip,) = flips(said)
    assert (flip.before.party, flip.before.stance, flip.after.stance) == ("reseller-s", "no", "yes")
    page = alice.client.get(f"/cases/{cases['behaviour_question'].ref}/").content.decode()
    assert "Changed answers" in page
    assert page.index("denies") < page.index("admits")


def test_silence_goes_on_until_the_case_ends(cases: dict[str, Case]) -> None:
    (leg,) = case_turns(cases["quotation"]).legs
    assert leg.days["reseller-s"] == 188.0
    assert timezone.now() - leg.intervals[0].begin > timedelta(days=188)
