"""The unanswered asks of one case, and of all, are found in one pass, and are the ones that the database finds."""

import random
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import TimelineEntry
from tickets.queries.asks import ANSWERING, ROUGHLY, unanswered
from tickets.services.cases import open_case

KINDS = ("ask", "ask", "ask", "answer", "claim", "note")


def in_the_database(entries: QuerySet[TimelineEntry]) -> list[TimelineEntry]:
    """Return the unanswered asks by the rule as SQL has it: a subquery for each ask."""
    later = Q(happened_at__gte=OuterRef("happened_at")) | Q(
        ~Q(precision="minute"), pk__gt=OuterRef("pk"), happened_at__gte=OuterRef("happened_at") - ROUGHLY
    )
    answers = TimelineEntry.objects.filter(later, kind__in=ANSWERING, replaced_by__isnull=True).filter(
        Q(to_party=OuterRef("from_party")) | Q(to_party__isnull=True) | Q(kind="answer"),
        case=OuterRef("case"),
        from_party=OuterRef("to_party"),
    )
    asks = entries.filter(kind="ask", to_party__isnull=False, replaced_by__isnull=True)
    return list(asks.filter(~Exists(answers)).order_by(F("due_at").asc(nulls_last=True), "happened_at", "pk"))


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
        found = unanswered(case.entries.all(), 20)
        assert found == in_the_database(case.entries.all())
        assert found[:2] == unanswered(case.entries.all(), 2)
        told.append(len(found))
    assert 0 < min(told) < max(told)  # some of all were answered, some were not
    every = TimelineEntry.objects.all()
    assert unanswered(every, 500) == in_the_database(every)
    of_us = in_the_database(every.filter(to_party__slug="us"))
    assert unanswered(every, 500, asked="us") == of_us
    assert 0 < len(of_us) < sum(told)
