"""What tests of mails use: a department with three cases, and imports by the API with the real worker and child."""

from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile

from common.jobs.models import Job
from common.jobs.tasks import run_job
from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import Case, Mail, MailImport
from tickets.services.cases import open_case
from tickets.services.contracts import create_contact


@dataclass(frozen=True)
class Desk:
    """Three cases of Alice's by name, and one of Charlie's, named `other`."""

    cases: dict[str, Case]

    @property
    def tokens(self) -> dict[str, str]:
        """The tokens of the cases."""
        return {name: case.mail_token for name, case in self.cases.items()}

    def subject(self, name: str) -> str:
        """Return a subject with the token of a case."""
        return f"Spam {self.cases[name].mail_subject_token}"


def make_desk(alice: Person, charlie: Person) -> Desk:
    """Make the cases and their contacts: Kim of the vendor in A and C, Lee of the reseller in B and C."""
    vendor, reseller = create_party(name="Fortinet", kind="vendor"), create_party(name="Reseller S", kind="reseller")
    create_contact(party=vendor, author=alice.user, name="Kim", email="kim@Vendor.example")
    create_contact(party=reseller, author=alice.user, name="Lee", email="lee@reseller.example")
    parties = {"A": [vendor], "B": [reseller], "C": [vendor, reseller]}
    cases = {
        name: open_case(
            department=alice.department, author=alice.user, title="Spam since the upgrade", kind="defect", parties=named
        )
        for name, named in parties.items()
    }
    other = open_case(department=charlie.department, author=charlie.user, title="Other", kind="other", parties=[vendor])
    return Desk(cases | {"other": other})


def post(person: Person, raw: bytes, name: str = "a.mbox", **fields: str) -> Any:
    """Give a file of mail to the API."""
    return person.api.upload("mails/", ContentFile(raw, name=name), None, **fields)


def taken_in(person: Person, raw: bytes, name: str = "a.mbox") -> dict[str, Any]:
    """Give a file of mail, let the worker read it, and return the report."""
    answer = post(person, raw, name)
    assert answer.status_code == 202, answer.content
    job = Job.objects.get(public_id=answer.json()["job"])
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.detail
    report: dict[str, Any] = MailImport.objects.get(job=job).report
    return report


def only_mail() -> Mail:
    """Return the one mail that there is."""
    return Mail.objects.get()
