"""Recording mails that were read: each once, its originals kept, and each into its case or into the inbox.

Called with rows as `zenrei mails --json` tells them, whose originals and attachments are in the store already.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import DatabaseError, DataError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Department
from common.moments import parse_moment
from tickets.mail.dates import AHEAD, FAR, MISSING
from tickets.models import Blob, Mail, MailAttachment, MailCopy, MailImport, MailKind, Precision
from tickets.services.mail_filing import hold_mails
from tickets.services.mail_threads import SAME_ID, UNREADABLE, settle_mails

BATCH = 200
TOLD_ALLOWED = 20
REFUSED = "What it says cannot be stored: a field is too large, or no text. Its original is kept."
LIMIT_EXCEEDED = "54"  # the class of PostgreSQL's codes for what is too large


@dataclass(slots=True)
class ImportReport:
    """What became of the mails of a file. `twins` are ids that two mails of different content bear."""

    messages: int = 0
    new: int = 0
    known: int = 0
    copies: int = 0
    unread: int = 0
    filed: int = 0
    waiting: int = 0
    followed: int = 0
    damage: str = ""
    twins: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def words(self) -> str:
        """The closing words of the job."""
        parts = [
            f"{self.messages:,} mails: {self.new:,} new, {self.known:,} known already",
            f"{self.filed:,} filed into cases, {self.waiting:,} wait in the inbox",
        ]
        parts += [f"{self.copies:,} other originals of known ones kept"] if self.copies else []
        parts += [f"{self.followed:,} that waited followed"] if self.followed else []
        parts += [f"{self.unread:,} could not be read"] if self.unread else []
        parts += [f"{len(self.twins):,} ids are borne by mails of different content"] if self.twins else []
        return "; ".join([*parts, self.damage] if self.damage else parts)


@transaction.atomic
def record_mails(*, mail_import: MailImport, rows: Iterable[dict[str, Any]]) -> ImportReport:
    """Record the mails of a file; twice is the same as once. The last row is the end that the reading tells."""
    hold_mails(mail_import.department)
    report, fresh = ImportReport(), []
    for batch in _batches(rows, report):
        fresh += _record(batch, mail_import, report)
    outcome = settle_mails(
        department=mail_import.department, mails=[mail.pk for mail in fresh], actor=mail_import.received_by
    )
    report.filed, report.followed = outcome.filed, outcome.followed
    report.waiting = report.new - report.filed
    report.copies = MailCopy.objects.filter(mail_import=mail_import).count() - report.new
    MailImport.objects.filter(pk=mail_import.pk).update(report=report.as_json())
    return report


def _batches(rows: Iterable[dict[str, Any]], report: ImportReport) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of mails, so many at a time; what the end tells goes into the report."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        mails = [row for row in batch if "end" not in row]
        report.damage = next((row["end"]["damage"] for row in batch if "end" in row), report.damage)
        report.messages += len(mails)
        if mails:
            yield mails


def _record(rows: Sequence[dict[str, Any]], mail_import: MailImport, report: ImportReport) -> list[Mail]:
    """Write the mails of some rows that are not known yet, and all originals; return the new ones.

    What the database refuses is one mail's own: it is kept as one that cannot be read, and the others are written.
    """
    now = timezone.now()
    _keep_blobs(rows)
    try:
        with transaction.atomic():
            return _write(rows, mail_import, report, now)
    except DatabaseError as error:
        if not _is_refusal(error):
            raise
    made: list[Mail] = []
    for row in rows:
        try:
            with transaction.atomic():
                made += _write([row], mail_import, report, now)
        except DatabaseError as error:
            if not _is_refusal(error):
                raise
            made += _write([row | {"message": None, "unread": REFUSED}], mail_import, report, now)
    return made


def _is_refusal(error: DatabaseError) -> bool:
    """Whether the database refuses what it was given, rather than being out of order."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, DataError) or state.startswith(LIMIT_EXCEEDED)


def _write(rows: Sequence[dict[str, Any]], mail_import: MailImport, report: ImportReport, now: datetime) -> list[Mail]:
    """Write rows, all or none of them; the report counts what was written."""
    read = [(row, mail_of(row, mail_import, now)) for row in rows]
    known = _known(mail_import.department, [mail for _, mail in read])
    bearers: dict[str, list[Mail]] = defaultdict(list)
    for (message_id, _), one in known.items():
        bearers[message_id].append(one)
    fresh: list[tuple[dict[str, Any], Mail]] = []
    twins: list[str] = []
    for row, mail in read:
        if (mail.message_id, mail.fingerprint) in known:
            continue
        if mail.message_id and (others := bearers[mail.message_id]):
            twins += [] if _wait_for_person(mail, others) else [mail.message_id]
        bearers[mail.message_id].append(mail)
        known[mail.message_id, mail.fingerprint] = mail
        fresh.append((row, mail))
    made = Mail.objects.bulk_create([mail for _, mail in fresh])
    MailAttachment.objects.bulk_create([one for row, mail in fresh for one in _attachments(row, mail)])
    MailCopy.objects.bulk_create(
        [
            MailCopy(
                mail=known[mail.message_id, mail.fingerprint],
                blob_id=row["original"]["sha256"],
                mail_import=mail_import,
                place=row["place"],
            )
            for row, mail in read
        ],
        ignore_conflicts=True,
    )
    report.new += len(fresh)
    report.known += len(read) - len(fresh)
    report.unread += sum(bool(row["unread"]) for row in rows)
    report.twins = list(dict.fromkeys([*report.twins, *twins]))[:TOLD_ALLOWED]
    return made


def _wait_for_person(mail: Mail, others: Sequence[Mail]) -> bool:
    """Let a mail wait that may be one of others with its id, in a form whose bytes alone are compared: a .msg and the
    mail that it was made of. Return whether it does; two mails that can be compared are two."""
    apart = [one for one in others if one.fingerprint == one.blob_id or mail.fingerprint == mail.blob_id]
    if apart:
        mail.reason, mail.selected_case_id = SAME_ID, apart[0].case_id
    return bool(apart)


def _known(department: Department, mails: Sequence[Mail]) -> dict[tuple[str, str], Mail]:
    """Return the department's mails that bear the ids of some mails; of those without an id, the same ones alone."""
    ids = {mail.message_id for mail in mails if mail.message_id}
    same = {mail.fingerprint for mail in mails if not mail.message_id}
    alike = Q(message_id__in=ids) | Q(message_id="", fingerprint__in=same)
    found = Mail.objects.filter(alike, department=department).only(
        "pk", "message_id", "fingerprint", "blob_id", "case_id"
    )
    return {(mail.message_id, mail.fingerprint): mail for mail in found}


def _keep_blobs(rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows of the blobs, which lie in the store already."""
    parts = [part for row in rows for part in (row["message"] or {}).get("attachments", ())]
    sizes = {one["sha256"]: one["size"] for one in [*(row["original"] for row in rows), *parts]}
    Blob.objects.bulk_create(
        [Blob(sha256=sha256, size=size) for sha256, size in sorted(sizes.items())], ignore_conflicts=True
    )


def mail_of(row: dict[str, Any], mail_import: MailImport, now: datetime) -> Mail:
    """Return the mail of a row, not saved. What could not be read is a mail all the same: it waits for a person."""
    told = row["message"]
    damage = [row["unread"]] if row["unread"] else []
    damage += [] if row["whole"] else ["it is longer than what is read of it, or the file ends within it"]
    mail = Mail(
        department=mail_import.department,
        blob_id=row["original"]["sha256"],
        recorded_by=mail_import.received_by,
        recorded_at=now,
    )
    if told is None:
        mail.fingerprint = row["original"]["sha256"]
        mail.subject, mail.happened_at, mail.precision = mail_import.name, now, Precision.DAY
        mail.doubts, mail.damage, mail.reason = [MISSING], damage, UNREADABLE
        return mail
    sent = parse_moment(told["sent_at"])
    first = told["from"][0] if told["from"] else {"name": "", "address": ""}
    mail.message_id, mail.fingerprint = told["message_id"], told["fingerprint"]
    mail.kind = told["kind"] if told["kind"] in MailKind.values else MailKind.MAIL
    mail.happened_at = sent or now
    mail.doubts = [*told["doubts"], *([AHEAD] if mail.happened_at > now + FAR else [])]
    mail.precision = Precision.DAY if mail.doubts else Precision.MINUTE
    mail.date, mail.damage = told["date"], [*told["damage"], *damage]
    mail.from_name, mail.from_address = first["name"], first["address"]
    mail.senders = [one["address"] for one in told["from"]]
    mail.recipients, mail.subject = told["recipients"], told["subject"]
    mail.tokens, mail.references = told["tokens"], told["references"]
    mail.in_reply_to = list(dict.fromkeys([*told["in_reply_to"], *([told["returned"]] if told["returned"] else [])]))
    mail.text, mail.html, mail.undelivered = told["text"], told["html"], told["undelivered"]
    mail.left_out = told["left_out"]
    return mail


def _attachments(row: dict[str, Any], mail: Mail) -> Iterator[MailAttachment]:
    """Yield the attachments of a new mail."""
    for position, one in enumerate((row["message"] or {}).get("attachments", ()), start=1):
        yield MailAttachment(
            mail=mail,
            blob_id=one["sha256"],
            position=position,
            name=one["name"],
            content_type=one["content_type"],
            inline=one["inline"],
            content_id=one["content_id"],
        )
