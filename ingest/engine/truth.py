"""What a family of lines says: for every recipient what was told, what was done, and who had a copy.

The order of the lines never matters here: within equal or second-resolution times the order is unknown.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ingest.engine.event import DONE, TOLD, Flag, Kind
from ingest.engine.records import UNDATED, Record, Tables
from ingest.engine.transactions import Device

MOST_CITED: Final = 64  # of one kind of line, in one finding: a hostile family has thousands of lines and recipients
ACCEPTED: Final = TOLD.index("accepted")
REFUSED: Final = TOLD.index("refused")
DEFERRED: Final = TOLD.index("deferred")
DELIVERED: Final = DONE.index("delivered")
HANDED_OVER: Final = DONE.index("handed_over")
TRIED: Final = frozenset(map(DONE.index, ("handed_over", "queued", "deferred")))
NAMELESS: Final = (DONE.index("none"), DONE.index("unknown"))
FINAL: Final = frozenset(map(DONE.index, ("delivered", "bounced", "quarantined", "discarded", "expanded")))
EVENT_KINDS: Final = frozenset(map(int, (Kind.ENVELOPE, Kind.REFUSAL, Kind.ANSWER, Kind.DELIVERY)))
STATUS_KINDS: Final = frozenset({int(Kind.HISTORY), int(Kind.UPDATE)})
BEGINNINGS: Final = frozenset(map(int, (Kind.HISTORY, Kind.ENVELOPE, Kind.REFUSAL, Kind.ANSWER, Kind.SPAM, Kind.VIRUS)))

Group = dict[str, list[Record]]


def _group() -> Group:
    return defaultdict(list)


@dataclass(slots=True)
class Truth:
    """One message. Lists hold the records that say so.

    ``refused_all`` is told for every original recipient, ``refused`` for one; so is ``accepted``. ``delivered`` are
    deliveries by the next hop's word, ``status`` by the gateway's own record (8.0); ``tried`` are those that were
    queued, deferred or handed over to the unit itself. ``unfollowed`` are handovers (to the unit itself, a filter,
    another program) of which the family's lines do not show where they went on, under "" where the line names nobody;
    ``handed_over`` is whether there were any handovers, followed or not. ``dsn`` counts notices to an address: each
    explains one delivery to it. ``ends`` are the recipients for whom something final is known. ``kinds`` are the kinds
    of lines there are, ``stated`` is whether one of them is a record that says what became of the message.
    """

    device: Device
    key: str
    records: list[Record]
    originals: set[str] = field(default_factory=set)
    under_suffix: set[str] = field(default_factory=set)
    refused_all: list[Record] = field(default_factory=list)
    refused: Group = field(default_factory=_group)
    delivered: Group = field(default_factory=_group)
    status: Group = field(default_factory=_group)
    accepted_all: list[Record] = field(default_factory=list)
    accepted: Group = field(default_factory=_group)
    tried: Group = field(default_factory=_group)
    unfollowed: Group = field(default_factory=_group)
    dsn: Counter[str] = field(default_factory=Counter)
    notified: list[Record] = field(default_factory=list)
    notified_recipients: set[str] = field(default_factory=set)
    infected: list[Record] = field(default_factory=list)
    verdicts: list[Record] = field(default_factory=list)
    ends: set[str] = field(default_factory=set)
    kinds: set[int] = field(default_factory=set)
    stated: bool = False
    ended: bool = False
    begun: bool = False
    unclear: bool = False
    unknown_word: bool = False
    unnamed: bool = False
    handed_over: bool = False
    envelope: int = 0

    @property
    def may_be_twice(self) -> set[str]:
        """Recipients with a handover whose way on is not known, beside another handover like it or a delivery."""
        return {
            recipient
            for recipient, records in self.unfollowed.items()
            if len({_receipt(record) for record in (*records, *self.delivered.get(recipient, ()))}) > 1
        }

    @property
    def copies(self) -> set[str]:
        """Addresses that are no original recipient: seen only under a suffix, or only in an update."""
        return self.under_suffix - self.originals

    @property
    def has_events(self) -> bool:
        """Whether mail event lines speak of it: answers to the sender, deliveries."""
        return not EVENT_KINDS.isdisjoint(self.kinds)

    @property
    def is_message(self) -> bool:
        """Whether the family speaks of at least one recipient."""
        return bool(self.originals)

    @property
    def is_nameless(self) -> bool:
        """Whether it was a message that the sender was not refused, of whose recipients no line names any."""
        return not self.originals and not self.refused_all and (self.envelope > 0 or bool(self.accepted_all))

    @property
    def unfinished(self) -> bool:
        """Whether the log does not cover the beginning, or the end for some recipient."""
        return not self.begun or bool(self.open)

    @property
    def open(self) -> set[str]:
        """Original recipients of whom no line says what became of the message for them."""
        return set() if self.ended else self.originals - self.ends

    @property
    def last(self) -> int | None:
        """The stamp of the last dated line."""
        return max((record.dated for record in self.records if record.dated is not None), default=None)

    @property
    def unnamed_recipients(self) -> int:
        """How many recipients the envelope counted that no line names."""
        return max(0, self.envelope - len(self.originals))

    def refusals(self, recipient: str) -> list[Record]:
        """The lines that tell the sender "refused" for a recipient; of very many the first."""
        everybody = self.refused_all[:MOST_CITED] if recipient in self.originals else []
        return everybody + self.refused.get(recipient, [])[:MOST_CITED]

    def acceptances(self, recipient: str) -> list[Record]:
        """The lines that tell the sender that the message was taken for a recipient; of very many the first."""
        everybody = self.accepted_all[:MOST_CITED] if recipient in self.originals else []
        return everybody + self.accepted.get(recipient, [])[:MOST_CITED]

    def deliveries(self, recipient: str) -> list[list[Record]]:
        """Deliveries to a recipient by receipt (bare ones by time), without those that a DSN explains."""
        groups = self._by_receipt(recipient)
        return groups[: max(0, len(groups) - self.dsn[recipient])]

    def taken_for_notice(self, recipient: str) -> bool:
        """Whether a delivery of the message itself, not of a child, is taken for the delivery of a DSN.

        A notice goes out under an id of its own or a suffix, so this may as well have been the message.
        """
        groups = self._by_receipt(recipient) if self.dsn[recipient] else []
        return any(not record.child for group in groups[-self.dsn[recipient] :] for record in group)

    def _by_receipt(self, recipient: str) -> list[list[Record]]:
        """All deliveries to a recipient, those under a suffix last: a DSN explains them first."""
        by_receipt: dict[tuple[int, int], list[Record]] = {}
        for record in self.delivered.get(recipient, ()):
            by_receipt.setdefault(_receipt(record), []).append(record)
        return sorted(by_receipt.values(), key=lambda group: (group[0].child != 0, group[0].stamp, group[0].words))


def _receipt(record: Record) -> tuple[int, int]:
    """What tells two deliveries apart: the receipt, without one the time."""
    return record.words, record.stamp if record.flags & Flag.BARE or not record.words else 0


def weigh(device: Device, key: str, records: list[Record], tables: Tables) -> Truth:
    """The truth of one family. In a large one the records are put in order, since rules cite the first of many."""
    if len(records) > MOST_CITED:
        records.sort(key=lambda record: (record.stamp, record.place, record.line))
    truth = Truth(device, key, records)
    replies: dict[int, int] = {}
    for record in records:
        if record.kind == Kind.REFUSAL and record.words:
            replies[record.words] = max(record.told, replies.get(record.words, 0))
    names = tables.recipients.values
    statuses: list[Record] = []
    for record in records:
        kind = record.kind
        _HANDLERS[kind](truth, record, names[record.recipients], replies)
        truth.kinds.add(kind)
        if kind in BEGINNINGS and (kind != Kind.ENVELOPE or not record.child):
            truth.begun = True
        if record.flags & Flag.UNCLEAR:
            truth.unclear = True
        if record.flags & Flag.UNKNOWN_WORD:
            truth.unknown_word = True
        if record.flags & Flag.STATUS:
            truth.stated = True
        if kind in STATUS_KINDS and record.done not in NAMELESS:
            statuses.append(record)
    if statuses:
        _settle_statuses(truth, statuses, names)
    if not truth.originals:
        truth.originals, truth.under_suffix = truth.under_suffix, set()
    return truth


def _know(truth: Truth, record: Record, recipients: tuple[str, ...]) -> None:
    (truth.under_suffix if record.child else truth.originals).update(recipients)


def _history(truth: Truth, record: Record, recipients: tuple[str, ...], _: dict[int, int]) -> None:
    _know(truth, record, recipients)
    if record.flags & Flag.NOTIFICATION:
        truth.notified.append(record)
        truth.notified_recipients.update(recipients)
    _tell(truth, record, recipients, record.told)


def _update(truth: Truth, record: Record, recipients: tuple[str, ...], _: dict[int, int]) -> None:
    truth.under_suffix.update(recipients)  # an update makes nobody an original recipient


def _envelope(truth: Truth, record: Record, _: tuple[str, ...], __: dict[int, int]) -> None:
    if not record.child:
        truth.envelope = max(truth.envelope, record.verdict)


def _refusal(truth: Truth, record: Record, recipients: tuple[str, ...], _: dict[int, int]) -> None:
    _know(truth, record, recipients)
    if record.flags & Flag.EVERYBODY:
        if record.told == REFUSED:
            truth.refused_all.append(record)
        elif record.told == ACCEPTED:
            truth.accepted_all.append(record)
        truth.ended = truth.ended or record.told in {REFUSED, DEFERRED}
    elif record.told != ACCEPTED:  # at RCPT it only lets the sender go on: who answers for the message, DATA decides
        _tell(truth, record, recipients, record.told)


def _answer(truth: Truth, record: Record, recipients: tuple[str, ...], replies: dict[int, int]) -> None:
    _know(truth, record, recipients)
    _tell(truth, record, recipients, replies.get(record.words, 0) if record.words else 0)


def _delivery(truth: Truth, record: Record, recipients: tuple[str, ...], _: dict[int, int]) -> None:
    _know(truth, record, recipients)
    _tell(truth, record, recipients, record.told)
    to_itself = record.done == DELIVERED and truth.device.handed_to_itself(record, truth.key)
    if to_itself or record.done == HANDED_OVER:
        truth.handed_over = True
        if not truth.device.followed(record, truth.key):
            for recipient in recipients or ("",):
                truth.unfollowed[recipient].append(record)
    if to_itself:
        return
    for recipient in recipients:
        if record.done in TRIED:
            truth.tried[recipient].append(record)
        if record.done == DELIVERED:
            truth.delivered[recipient].append(record)
        if record.done in FINAL:
            truth.ends.add(recipient)


def _dsn(truth: Truth, _: Record, recipients: tuple[str, ...], __: dict[int, int]) -> None:
    truth.dsn.update(recipients)


def _spam(truth: Truth, record: Record, recipients: tuple[str, ...], _: dict[int, int]) -> None:
    _know(truth, record, recipients)
    truth.verdicts.append(record)


def _virus(truth: Truth, record: Record, recipients: tuple[str, ...], _: dict[int, int]) -> None:
    _know(truth, record, recipients)
    if record.flags & Flag.INFECTED:
        truth.infected.append(record)


def _other(truth: Truth, record: Record, recipients: tuple[str, ...], _: dict[int, int]) -> None:
    _know(truth, record, recipients)


def _tell(truth: Truth, record: Record, recipients: tuple[str, ...], told: int) -> None:
    """What the sender was told for some recipients; refused or deferred is an end for them."""
    if told == REFUSED and not recipients:
        truth.unnamed = True
    for recipient in recipients:
        if told == REFUSED:
            truth.refused[recipient].append(record)
        elif told == ACCEPTED:
            truth.accepted[recipient].append(record)
        if told in {REFUSED, DEFERRED}:
            truth.ends.add(recipient)


def _settle_statuses(truth: Truth, statuses: list[Record], names: list[tuple[str, ...]]) -> None:
    """The gateway's own records of what became of the message: an update replaces what was said before it."""
    by_recipient: dict[str, list[Record]] = defaultdict(list)
    for record in statuses:
        for recipient in names[record.recipients]:
            by_recipient[recipient].append(record)
    for recipient, records in by_recipient.items():
        updates = [record.stamp for record in records if record.kind == Kind.UPDATE]
        last = max(updates, default=UNDATED)
        for record in records:
            replaced = record.kind == Kind.UPDATE or record.stamp <= last or last < UNDATED // 2
            if updates and replaced and not (record.kind == Kind.UPDATE and record.stamp == last):
                continue
            if record.done == DELIVERED:
                truth.status[recipient].append(record)
            if record.done in FINAL:
                truth.ends.add(recipient)


_HANDLERS: Final[dict[int, Callable[[Truth, Record, tuple[str, ...], dict[int, int]], None]]] = {
    Kind.OTHER: _other,
    Kind.HISTORY: _history,
    Kind.UPDATE: _update,
    Kind.ENVELOPE: _envelope,
    Kind.REFUSAL: _refusal,
    Kind.ANSWER: _answer,
    Kind.DELIVERY: _delivery,
    Kind.DSN: _dsn,
    Kind.SPAM: _spam,
    Kind.VIRUS: _virus,
}
