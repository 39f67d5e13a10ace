"""A case with a log, a known issue, and detectors that run in this process."""

import pytest

from ingest.services import detect_child, event_tables
from kb.models import KnownIssue, Product
from kb.services.issues import create_issue
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.conftest import Person
from tests.ingest.answers import give
from tests.ingest.detectors.world import case_of, run_here
from tests.ingest.test_read_evidence import read
from tests.support.fortimail_log import make_log
from tickets.models import Case


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run `zenrei` here: to start it as a child takes seconds each time, and has tests of its own."""
    for module in (detect_child, event_tables):
        monkeypatch.setattr(module, "run_limited", run_here)


@pytest.fixture
def product() -> Product:
    """FortiMail."""
    return create_product(name="FortiMail", vendor=create_party(name="Fortinet", kind="vendor"))


@pytest.fixture
def issue(alice: Person, product: Product) -> KnownIssue:
    """The known issue of the story; its own rule is not the detector's."""
    return create_issue(
        product=product,
        author=alice.user,
        department=alice.department,
        kind="defect",
        title="Relayed twice",
        slug="multi-action-duplicate-relay",
    )


@pytest.fixture
def case(alice: Person, product: Product) -> Case:
    """Alice's case, with a log that was read: 5 of its 50 messages are contradictory."""
    case = case_of(alice, product)
    read(give(case, alice, make_log(50)))
    return case
