"""Mail: each message once a department, with the original kept bit for bit, and every case it was filed in."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from accounts.models import Department, User
from common.jobs.models import Job
from common.models import PublicId
from tickets.models.case import Case
from tickets.models.entry import Precision, TimelineEntry
from tickets.models.evidence import Blob, Evidence


class MailKind(models.TextChoices):
    """What wrote a mail (tickets/mail/message.py)."""

    MAIL = "mail"
    AUTO_REPLY = "auto-reply"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"


class FiledBy(models.TextChoices):
    """What put a mail into a case (tickets/mail/thread.py), or that a person did."""

    TOKEN = "token"  # noqa: S105  (a word of the API)
    REFERENCES = "references"
    IN_REPLY_TO = "in_reply_to"
    PERSON = "person"


class MailImport(PublicId):
    """A file of mail as somebody gave it: kept as it is, read by `job`. `report` says what became of it."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="mail_imports")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="mail_imports")
    name = models.CharField(max_length=255)
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="mail_imports")
    report = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.name


class Mail(PublicId):
    """One message of a department. Without a case it waits in the inbox, for `reason`.

    `happened_at` is its own date as far as `precision` and `doubts` let it be known, `recorded_at` when it came here.
    `html` is what of its page may be shown, made where it was read (tickets/mail/page.py); `left_out` counts pictures
    of elsewhere that it lacks. `selected_case` is the case that it named although it did not get there. `held`: a
    person took it out of a case, so the product files it no more by itself. A trigger (migration
    `mail_rows_are_kept`) refuses deletion, and any change but of where it is: case, reason, selected_case, held.
    """

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="mails")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="mails")
    message_id = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=MailKind, default=MailKind.MAIL)
    happened_at = models.DateTimeField()
    precision = models.CharField(max_length=6, choices=Precision, default=Precision.MINUTE)
    date = models.TextField(blank=True, default="")
    doubts = models.JSONField(default=list)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_name = models.TextField(blank=True, default="")
    from_address = models.TextField(blank=True, default="")
    senders = ArrayField(models.TextField(), default=list)
    recipients = models.JSONField(default=list)
    subject = models.TextField(blank=True, default="")
    tokens = ArrayField(models.TextField(), default=list)
    references = ArrayField(models.TextField(), default=list)
    in_reply_to = ArrayField(models.TextField(), default=list)
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    left_out = models.PositiveIntegerField(default=0)
    undelivered = models.JSONField(default=list)
    damage = models.JSONField(default=list)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="mails")
    reason = models.CharField(max_length=24, blank=True, default="")
    selected_case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    held = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-happened_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["department", "message_id", "fingerprint"], name="mail_once_a_department"),
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="mail_kind_is_known"),
            models.CheckConstraint(condition=Q(case__isnull=True) | Q(reason=""), name="mail_waits_without_case"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["case", "-happened_at", "-id"], name="mail_by_case"),
            models.Index(
                fields=["department", "-happened_at", "-id"], condition=Q(case__isnull=True), name="mail_by_inbox"
            ),
            GinIndex(fields=["references", "in_reply_to"], condition=Q(case__isnull=True), name="mail_waits_for"),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id


class MailCopy(models.Model):
    """One original of a mail: where it stood in which file. The same mail can come by several ways."""

    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="copies")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    mail_import = models.ForeignKey(MailImport, on_delete=models.PROTECT, related_name="copies")
    place = models.BigIntegerField(help_text="Where it begins in the unpacked file.")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["mail", "blob"], name="mail_copy_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mail_id} in {self.mail_import_id}"


class MailAttachment(PublicId):
    """A part of a mail that is kept by itself; `evidence` once the mail is in a case (inline pictures never are)."""

    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="attachments")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=255, blank=True, default="")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="mail_attachments")

    class Meta:
        ordering: ClassVar[list[str]] = ["mail", "position"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["mail", "position"], name="mail_attachment_once"),
        ]

    def __str__(self) -> str:
        return self.name


class MailFiling(models.Model):
    """That a mail was put into a case: by what, by whom, with which entry; and whether that was taken back."""

    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="filings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=11, choices=FiledBy)
    filed_at = models.DateTimeField(auto_now_add=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(TimelineEntry, on_delete=models.PROTECT, related_name="mail_filing")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["mail"], condition=Q(taken_back_at__isnull=True), name="mail_in_one_case_at_a_time"
            ),
            models.CheckConstraint(condition=Q(by__in=FiledBy.values), name="mail_filed_by_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mail_id} in {self.case_id} by {self.by}"
