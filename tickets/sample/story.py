"""The story as data: parties, a device and its firmware, two cases and their timelines.

It is a published account (see README). Dates that it does not give are marked as known to the week; the lines of the
log are as published, except for their headers and the history line, which the account leaves out.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

VENDOR, RESELLER, OTHER_DEPARTMENT = "fortinet", "reseller-s", "network-services"

PARTIES = (
    ("Fortinet", "vendor"),
    ("Reseller S", "reseller"),
    ("Network Services", "department"),
)

FIRMWARE = (
    ("6.0.4", "2021-01-10", "IP reputation is judged before the FortiGuard scan."),
    ("6.4.3", "2021-05-19", "Upgrade. From here on spam that used to be rejected is tagged and relayed."),
    ("6.2.5", "2021-06-17", "Downgrade, to avoid the changed order."),
    ("7.0.2", "2022-06-08", "Upgrade, close to the end of support of 6.2."),
)

# What happened to the team when it made these moves; the days are those of the firmware history.
PRECEDENTS: tuple[dict[str, Any], ...] = (
    {
        "from_version": "6.0.4",
        "to_version": "6.4.3",
        "happened_on": date(2021, 5, 19),
        "outcome": "Spam that used to be rejected was tagged and relayed; users were flooded.",
        "rolled_back": True,
        "note": "The order of two checks had changed. Back to 6.2.5 after four weeks.",
    },
    {
        "from_version": "6.2.5",
        "to_version": "7.0.2",
        "happened_on": date(2022, 6, 8),
        "outcome": "One message was rejected to its sender and delivered to the user.",
        "rolled_back": False,
        "note": "The vendor: multi-action, works as designed. Solved in May 2023; how is not told.",
    },
)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of a timeline: day (of the gateway's zone), how exactly it is known, and what happened."""

    day: str
    kind: str
    text: str
    precision: str = "week"
    from_party: str | None = None
    to_party: str | None = None
    state: str = ""

    @property
    def happened_at(self) -> datetime:
        """Noon in Japan of the day: an hour that nobody is shown."""
        return datetime.fromisoformat(f"{self.day}T03:00:00").replace(tzinfo=UTC)


REJECTED_AND_DELIVERED = (
    Told(
        "2021-05-19",
        "change",
        "mx1: 6.0.4 to 6.4.3. Policy: IP reputation = Reject; FortiGuard scan (spam URL in the body) = tag and relay. "
        "Spam floods the users: mail that used to be rejected is tagged and relayed.",
    ),
    Told("2021-05-24", "ask", "Did the behaviour change?", from_party="us", to_party=RESELLER),
    Told("2021-05-27", "ask", "Send logs.", from_party=RESELLER, to_party="us"),
    Told("2021-05-31", "answer", "Logs sent.", from_party="us", to_party=RESELLER),
    Told("2021-06-03", "ask", "Send logs again. Nothing was asked of the vendor.", from_party=RESELLER, to_party="us"),
    Told(
        "2021-06-14",
        "ask",
        "Asked the vendor directly, with debug data that we gathered ourselves: was the order of the checks changed?",
        from_party="us",
        to_party=VENDOR,
    ),
    Told(
        "2021-06-15",
        "claim",
        "Admits: it is a specification change. From 6.4.3 on the FortiGuard scan is judged before IP reputation.",
        from_party=VENDOR,
        to_party="us",
    ),
    Told("2021-06-17", "change", "mx1: 6.4.3 to 6.2.5, to avoid the change."),
    Told(
        "2021-07-08",
        "claim",
        "Its knowledge base answers Network Services: there is no such specification change.",
        from_party=RESELLER,
        to_party=OTHER_DEPARTMENT,
    ),
    Told(
        "2021-07-13",
        "claim",
        "Confronted with the facts, it checked again, admitted the change and apologised.",
        from_party=RESELLER,
        to_party=OTHER_DEPARTMENT,
    ),
    Told(
        "2021-07-30",
        "claim",
        "Works as designed: the order stays. From version 7 the stronger of several actions wins.",
        from_party=VENDOR,
        to_party="us",
    ),
    Told(
        "2022-06-08",
        "change",
        "mx1: 6.2.5 to 7.0.2. Test: a mail with a spam URL from a listed IP address. The sender is told "
        "“554 5.7.1 … has been rejected”, and yet the mail arrives in the mailbox.",
        precision="day",
    ),
    Told("2022-06-21", "claim", "“Multi-action, works as designed.”", from_party=VENDOR, to_party="us"),
    Told(
        "2022-06-22",
        "ask",
        "Not acceptable in operation: what if it had been a virus? Is there a way out?",
        from_party="us",
        to_party=VENDOR,
    ),
    Told(
        "2023-05-15",
        "note",
        "Solved; how is not told. The CLI reference of 8.0.0 has a system-wide switch, “set scan-action-preference "
        "{single-action | multi-action}”, which very probably is the cure. Nobody has validated it.",
    ),
)

QUOTATION = (
    Told(
        "2022-11-11",
        "promise",
        "A new quotation for a purchase of 30 million yen. No date was promised.",
        from_party=RESELLER,
        to_party="us",
    ),
    Told("2023-05-12", "note", "Six months of silence. No reminder was sent. We buy elsewhere."),
    Told("2023-05-18", "state", "We bought elsewhere.", state="closed"),
)
