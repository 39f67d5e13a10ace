"""A pack that changes: what it drops and says again, what it may not bring, and the history that it leaves."""

from pathlib import Path
from typing import Any

import pytest

from common.errors import Invalid
from kb.queries.behaviours import standing_values
from tests.conftest import Person
from tests.kb.desk import Desk
from tests.kb.small_pack import FIXED, NEW, OLD, SEEN, SOURCE, SmallPack, condition_row, events, stored

pytestmark = pytest.mark.django_db
GONE = "The pack small no longer says so."


@pytest.fixture
def pack(tmp_path: Path) -> SmallPack:
    """The pack, loaded."""
    made = SmallPack(tmp_path)
    made.load()
    return made


def standing(slug: str) -> list[str]:
    """Return what stands about an issue."""
    return [str(row) for row in stored(slug).statements.filter(taken_back_at=None)]


def values() -> list[str]:
    """Return the values of the behaviour that stand."""
    (found,) = standing_values(stored("heed").product).values()
    return [value.value for value in found.values]


def test_a_statement_that_a_pack_says_again_stands_again(pack: SmallPack) -> None:
    pack.change("mail-stops", statements=[FIXED])
    pack.load()
    assert standing("mail-stops") == ["fixed 1.0.1"]
    assert [told["reason"] for told in events("mail-stops", "taken_back")] == [GONE]
    assert [told["says"] for told in events("mail-stops", "statement")] == ["fixed 1.0.1"]

    pack.change("mail-stops", statements=[FIXED, SEEN])
    pack.load()
    assert standing("mail-stops") == ["fixed 1.0.1", "seen 1.0.0"]
    assert pack.load().counts["statements"] == 0


def test_a_statement_that_a_person_took_back_stays_so(pack: SmallPack, desk: Desk) -> None:
    (statement,) = stored("mail-stops").statements.all()
    desk.post(f"issues/mail-stops/statements/{statement.public_id}/take-back/", {"reason": "Misread."})
    for said in ([FIXED], [SEEN, FIXED]):
        pack.change("mail-stops", statements=said)
        pack.load()
    assert standing("mail-stops") == ["fixed 1.0.1"]


def test_a_value_that_a_pack_says_again_stands_again(pack: SmallPack, alice: Person) -> None:
    pack.values = [OLD]
    pack.load()
    assert values() == ["old"]
    (told,) = events("order-swapped", "value_taken_back")
    assert (told["says"], told["reason"]) == ("new", GONE)

    pack.values = [OLD, NEW]
    pack.load()
    assert values() == ["old", "new"]
    assert pack.load().counts["values"] == 0

    pack.values = [NEW]
    pack.load()
    row = stored("order-swapped").behaviour.values.get(value="old")  # type: ignore[union-attr]
    row.taken_back_by = alice.user  # as if it had been a person
    row.save(update_fields=["taken_back_by"])
    pack.values = [OLD, NEW]
    pack.load()
    assert values() == ["new"]


def test_a_condition_that_a_pack_changes_is_nobodys_validated_one(pack: SmallPack, desk: Desk) -> None:
    validated = {"what": "condition", "basis": "Tried."}
    for mode in ("strict", "loose"):
        pack.change("mail-stops", condition=condition_row({"eq": ["mode", mode]}))
        pack.load()
        assert desk.get("issues/mail-stops/")["condition_confidence"] == "not_validated"
        desk.post("issues/mail-stops/validate/", validated)
    pack.change("mail-stops", title="Mail stops at night")
    pack.load()
    assert desk.get("issues/mail-stops/")["condition_confidence"] == "validated"


def belongings(slug: str) -> tuple[list[str], list[str], list[str]]:
    """Return other names, ways out and references of an issue."""
    told = stored(slug)
    return (
        list(told.aliases.values_list("name", flat=True)),
        list(told.remediations.values_list("details", flat=True)),
        list(told.references.values_list("title", flat=True)),
    )


@pytest.mark.parametrize("title", ["mail-stops", "Mail stops at night"])
def test_what_belongs_to_an_issue_follows_but_for_what_people_entered(pack: SmallPack, title: str) -> None:
    issue = stored("mail-stops")
    issue.aliases.create(name="CVE-OURS")
    issue.remediations.create(category="workaround", details="Ours")
    issue.references.create(title="Ours", url="https://example.jp/")
    way = {"category": "workaround", "details": "Theirs", "version": None, "confidence": "validated", "source": SOURCE}
    theirs = {"remediations": [way], "references": [{"title": "Theirs", "url": "https://example.com/"}]}

    pack.change("mail-stops", title=title, aliases=["CVE-1", "CVE-OURS"], **theirs)
    pack.load()
    assert belongings("mail-stops") == (["CVE-OURS", "CVE-1"], ["Ours", "Theirs"], ["Ours", "Theirs"])
    before = list(issue.aliases.values_list("pk", flat=True)), len(events("mail-stops", "pack"))
    pack.load()
    assert (list(issue.aliases.values_list("pk", flat=True)), len(events("mail-stops", "pack"))) == before

    pack.change("mail-stops", aliases=[], remediations=[], references=[])
    pack.load()
    assert belongings("mail-stops") == (["CVE-OURS"], ["Ours"], ["Ours"])


@pytest.mark.parametrize(
    ("slug", "changes"),
    [
        ("mail-stops", {"condition": condition_row({"perhaps": ["a", "b"]})}),
        ("mail-stops", {"move": {"direction": "upgrade"}}),
        ("mail-stops", {"severity": "awful"}),
        ("heed", {"move": {"direction": "sideways"}}),
        ("heed", {"move": None}),
    ],
    ids=str,
)
def test_what_cannot_be_judged_is_refused_from_a_pack_too(pack: SmallPack, slug: str, changes: dict[str, Any]) -> None:
    pack.change(slug, **changes)
    with pytest.raises(Invalid):
        pack.load()


def test_a_value_that_cannot_be_judged_is_refused_from_a_pack_too(pack: SmallPack) -> None:
    pack.values = [OLD | {"version": "1.0"}]
    with pytest.raises(Invalid):
        pack.load()
