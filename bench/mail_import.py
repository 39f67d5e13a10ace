"""The side of `bench/mail.py` that works in the measured database: Django is set up before this is imported."""

from typing import Any

from django.core.management import call_command

from accounts.models import Role, User
from accounts.services.departments import create_department, set_membership
from common.jobs.models import Job
from common.jobs.tasks import run_job
from common.storage import evidence_store
from kb.services.parties import create_party
from tickets.models import MailImport
from tickets.services.cases import open_case
from tickets.services.contracts import create_contact
from tickets.services.mail_imports import receive_mail_file

CASES = 20


def prepare() -> tuple[User, list[str]]:
    """Make a department with cases and a contact; return who imports, and the cases' tokens."""
    call_command("migrate", verbosity=0)
    department = create_department(name="Mail Operations", code="CASE")
    user = User.objects.create(email="alice@example.jp", name="Alice")
    set_membership(user=user, department=department, role=Role.OPERATOR)
    vendor = create_party(name="Fortinet", kind="vendor")
    create_contact(party=vendor, author=user, name="Kim", email="kim@vendor.example")
    cases = [
        open_case(department=department, author=user, title=f"Spam {number}", kind="defect", parties=[vendor])
        for number in range(CASES)
    ]
    return user, [case.mail_token for case in cases]


def imported(giver: User, archive: bytes) -> dict[str, Any]:
    """Give an archive and let this process be the worker; return what became of its mails."""
    with evidence_store().writer() as writer:
        writer.write(archive)
        blob = writer.commit()
    department = giver.memberships.select_related("department").get().department
    taken = receive_mail_file(department=department, giver=giver, blob=blob, name="archive.mbox")
    job = Job.objects.get(mail_imports=taken)
    run_job(job.pk)
    job.refresh_from_db()
    if job.state != "done":
        raise RuntimeError(f"the import ended {job.state}: {job.detail}")
    report: dict[str, Any] = MailImport.objects.get(pk=taken.pk).report
    return report
