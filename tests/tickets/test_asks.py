"""The unanswered asks of one case are found in one pass, and are the ones that the database finds for all cases."""

import random
from datetime import timedelta

from django.utils import timezone

from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import TimelineEntry
from tickets.queries.asks import unanswered, unanswered_in
from tickets.services.cases import open_case

KINDS = ("ask", "ask", "ask", "answer", "claim", "note")


def test_one_pass_finds_what_the_database_finds(alice: Person) -> None:
    choose = random.Random(7)  # the same timelines in every run
    parties = [create_party(name=name, kind="vendor") for name in ("One", "Two")]
    sides = [Party.objects.get(slug="us"), *parties, None]
    now, told = timezone.now(), []
    for number in range(12):
        case = open_case(department=alice.department, author=alice.user, title=str(number), kind="other")
        rows: list[TimelineEntry] = []
        for _ in range(14):
            kind = choose.choice(KINDS)
            row = TimelineEntry(
                case=case, kind=kind, author=alice.user, text="x", from_party=choose.choice(sides),
                to_party=choose.choice(sides), precision=choose.choice(("minute", "minute", "day", "week")),
                happened_at=now - choose.randrange(20) * timedelta(days=1),
                due_at=choose.choice((None, None, now, now + timedelta(days=1))),
                replaces=rows.pop(choose.randrange(len(rows))) if rows and choose.random() < 0.2 else None,
            )  # fmt: skip
            row.save()
            rows.append(row)
        found = unanswered_in(case, 20)
        assert [row.pk for row in found] == [row.pk for row in unanswered(case.entries.all())]
        assert found[:2] == unanswered_in(case, 2)
        told.append(len(found))
    assert 0 < min(told) < max(told)  # some of all were answered, some were not
