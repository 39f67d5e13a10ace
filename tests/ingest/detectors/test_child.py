"""Detectors in the real child: within its limits, whatever people write and senders send."""

from pathlib import Path

import pytest

from common.errors import Invalid
from common.jobs.models import JobState
from ingest.sandbox import SandboxLimits
from ingest.services import detect_child
from ingest.services.event_tables import make_missing_table, table_of
from kb.models import KnownIssue, Product
from tests.cli.test_detectors import example
from tests.conftest import Person
from tests.ingest.answers import give
from tests.ingest.detectors.world import add, case_of, held, run
from tests.ingest.test_read_evidence import read
from tests.support.fortimail_log import make_log

pytestmark = pytest.mark.django_db


def test_from_the_text_to_the_findings(alice: Person, product: Product, issue: KnownIssue, data_dir: Path) -> None:
    case = case_of(alice, product)
    read(give(case, alice, make_log(50)))

    answer = add(alice)
    job = run(answer)

    assert (answer.status_code, job.state) == (201, JobState.DONE)
    assert len(held(case)) == 5
    assert list((data_dir / "scratch").iterdir()) == []


def test_an_expression_that_takes_all_memory_is_refused_and_the_worker_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect_child, "CHECK_LIMITS", SandboxLimits(64 * 1024**2, 60, 120.0, 1024**2, 64))

    with pytest.raises(Invalid) as refused:
        detect_child.check_detector(example())

    assert "memory" in refused.value.fields["text"] or "Reading" in refused.value.fields["text"]


def test_a_log_that_is_none_has_an_empty_table(alice: Person, product: Product) -> None:
    piece = give(case_of(alice, product), alice, b"\x00\x01" * 5000 + b"\n" + b"a" * 5_000_000)

    assert make_missing_table(piece, lambda _: None) == ""
    assert table_of(piece.blob_id).exists()
