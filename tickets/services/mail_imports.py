"""Taking a file of mail in: kept as it is before the row, and its reading promised in the row's transaction."""

from django.db import transaction

from accounts.models import Department, User
from common.errors import Invalid
from common.jobs.models import Job
from common.jobs.outbox import submit_job
from common.storage import StoredBlob
from tickets.models import Blob, MailImport
from tickets.services.evidence import clean_name

IMPORT_MAILS = "import-mails"  # the kind of the job: it stands in rows, and so is never changed


@transaction.atomic
def receive_mail_file(*, department: Department, giver: User, blob: StoredBlob, name: str) -> MailImport:
    """Keep a file of mail for a department, and promise that it will be read. The same file again is read again:
    what is known of it changes nothing, and says so."""
    if blob.size == 0:
        raise Invalid.field("file", "The file is empty: it would prove nothing.", code="empty")
    Blob.objects.get_or_create(sha256=blob.sha256, defaults={"size": blob.size})
    mail_import = MailImport.objects.create(
        department=department, blob_id=blob.sha256, name=clean_name(name), received_by=giver
    )
    mail_import.job = submit_job(kind=IMPORT_MAILS, args={"import": str(mail_import.public_id)})
    mail_import.save(update_fields=["job"])
    return mail_import


def give_up_import(job: Job, reason: str) -> None:
    """Say of a file why it could not be read; called in the transaction that gives the job up. The file is kept."""
    MailImport.objects.filter(job=job).update(report={"failed": reason})
