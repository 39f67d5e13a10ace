"""What is unsure of a mail's date stands in its entry: a false minute in a timeline decides whose turn it was."""

import pytest

from tests.conftest import Person
from tests.mail.letters import DATE, letter, mbox
from tests.tickets.mails import make_desk, taken_in
from tickets.models import Mail, TimelineEntry

pytestmark = pytest.mark.django_db
SEEN = f"from a by b; {DATE}"


def test_every_doubt_of_a_date_is_said_in_the_entry(alice: Person, charlie: Person) -> None:
    subject = make_desk(alice, charlie).subject("A")
    taken_in(alice, letter("unread\n", message_id="a@x", subject=subject, date="yesterday at noon"))
    taken_in(
        alice,
        mbox(
            letter("sure\n", message_id="b@x", subject=subject),
            letter("apart\n", message_id="c@x", subject=subject, date="Mon, 2 May 2011 17:00:00 +0900", Received=SEEN),
            letter("zone\n", message_id="d@x", subject=subject, date="Mon, 2 May 2022 17:00:00"),
            letter("relay\n", message_id="e@x", subject=subject, date=None, Received=SEEN),
            letter("archive\n", message_id="f@x", subject=subject, date="?"),
            letter("ahead\n", message_id="g@x", subject=subject, date="Mon, 2 May 2190 17:00:00 +0900"),
        ),
    )
    entries = TimelineEntry.objects.filter(kind="message")
    told = {}
    for entry in entries:
        word, _, said = entry.text.split("\n\n", 1)[1].partition("\n\n")
        told[word] = (entry.precision, said.removeprefix("(The date is not sure: ").removesuffix(".)"))
    assert told == {
        "unread": ("day", "what the mail bears cannot be read; this is the day on which it came here"),
        "sure": ("minute", ""),
        "apart": ("day", "the first relay saw it more than a day apart"),
        "zone": ("day", "it names no zone, and was taken for UTC"),
        "relay": ("day", "the mail bears none; this is when the first relay saw it"),
        "archive": ("day", "what the mail bears cannot be read; this is what the archive says"),
        "ahead": ("day", "it lies after the day on which the mail came here"),
    }
    assert Mail.objects.get(message_id="g@x").doubts == ["date-ahead"]
