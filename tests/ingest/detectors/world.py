"""Detectors of tests, and `zenrei` run in this process."""

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from cli.main import main
from common.jobs.models import Job
from common.jobs.tasks import run_job
from ingest.sandbox import Outcome
from kb.models import Product
from tests.cli.test_detectors import example
from tests.conftest import Person
from tickets.models import Case, Finding
from tickets.services.cases import open_case

RULE = "refused-then-delivered"
ID = "7a2f3c1e-0d0b-4c7e-9a53-0c5c9f0f6b11"


def run_here(argv: list[str], *, stdout_path: Path, **_: Any) -> Outcome:
    """Run a command in this process, as `run_limited` runs it in a child."""
    out, err = io.TextIOWrapper(stdout_path.open("wb")), io.TextIOWrapper(io.BytesIO())
    with out, err, redirect_stdout(out), redirect_stderr(err):
        code = main(argv)
        err.seek(0)
        said = "".join(line for line in err if not line.startswith("{"))
    return Outcome(code, None, said.strip())


def case_of(person: Person, product: Product) -> Case:
    """A case about the product."""
    return open_case(department=person.department, author=person.user, title="Spam", kind="defect", product=product)


def add(person: Person, text: str | None = None, issue: str = "multi-action-duplicate-relay") -> Any:
    """Record a detector over the API."""
    return person.api.post("detectors/", {"issue": issue, "text": text or example()})


def run(answer: Any) -> Job:
    """Run the job that an answer promises."""
    job = Job.objects.get(public_id=answer.json()["job"])
    run_job(job.pk)
    job.refresh_from_db()
    return job


def held(case: Case) -> list[str]:
    """Return the transactions of which the detector's findings hold."""
    return list(Finding.objects.filter(case=case, rule=RULE, holds=True).values_list("transaction", flat=True))
