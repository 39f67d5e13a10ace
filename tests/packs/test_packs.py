"""A pack from a finding to the vendor's reply: asked for, made by a worker, looked at, released, read back."""

import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from kb.models import Party
from tests.conftest import Person
from tickets.models import (
    Case,
    ContactLanguage,
    CustodyAction,
    EntryKind,
    Finding,
    FindingStatus,
    Pack,
    PackSecret,
    PackState,
    Pseudonym,
)
from tickets.redact.pack import make_pack
from tickets.services import packs
from tickets.services.contracts import create_contact
from tickets.services.custody import broken_links
from tickets.services.packs import ask_pack

Work = Callable[[], None]
NAMES = ("fuga", "piteki2", "10.0.0.2", "192.168.0.1", "C257024FF1C5")


def asked(alice: Person, finding: Finding, **changes: Any) -> Any:
    """Ask the API for a pack of the finding for the vendor."""
    body = {"findings": [str(finding.public_id)], "recipient": "fortinet"} | changes
    return alice.api.post(f"cases/{finding.case.ref}/packs/", body)


def bytes_of(alice: Person, pack_id: str) -> bytes:
    """Download a pack."""
    answer = alice.api.get(f"packs/{pack_id}/download")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def member(archive: bytes, name: str) -> str:
    """Return a member of a zip."""
    return zipfile.ZipFile(io.BytesIO(archive)).read(name).decode()


def test_a_pack_is_asked_for_made_told_and_taken(alice: Person, finding: Finding, work: Work) -> None:
    answer = asked(alice, finding, questions="Why was 10.0.0.2 refused, and the mail to fuga@piteki2.com delivered?")
    assert answer.status_code == 202
    work()
    assert alice.api.get(f"jobs/{answer.json()['job']}/").json()["state"] == "done"
    told = alice.api.get(f"packs/{answer.json()['id']}/").json()
    archive = bytes_of(alice, told["id"])
    assert (told["state"], told["lines"], told["recipient"]) == ("released", 2, "fortinet")
    assert told["sha256"] == hashlib.sha256(archive).hexdigest()
    assert told["replaced"]["address"] == 1
    lines = member(archive, "lines/log-01.log")
    assert "has been rejected" in lines
    assert "stat=Sent (Ok: queued as " in lines
    everything = "".join(member(archive, name) for name in zipfile.ZipFile(io.BytesIO(archive)).namelist())
    assert not [name for name in NAMES if name in everything]
    assert not [name for name in NAMES if name in json.dumps(told | {"questions": ""})]


def test_the_manifest_names_the_original(alice: Person, finding: Finding, work: Work) -> None:
    answer = asked(alice, finding)
    work()
    manifest = json.loads(member(bytes_of(alice, answer.json()["id"]), "manifest.json"))
    piece = finding.case.evidence.get()
    key = hmac.digest(bytes(PackSecret.objects.get().secret), b"zenrei/commitment", "sha256")
    commitment = hmac.digest(key, str(piece.blob_id).encode(), "sha256").hex()
    told = manifest["logs"][0]["original"]
    assert (told["commitment"], told["size"], "sha256" in told) == (commitment, piece.blob.size, False)


def test_the_timeline_and_custody_tell_for_whom_and_what(
    alice: Person, story: Case, finding: Finding, work: Work
) -> None:
    answer = asked(alice, finding)
    work()
    pack = Pack.objects.get(public_id=answer.json()["id"])
    entry = story.entries.get(key=f"pack:{pack.public_id}")
    assert entry.kind == EntryKind.EVIDENCE
    assert "for Fortinet released by Alice" in entry.text
    assert str(pack.blob_id) in entry.text
    piece = story.evidence.get()
    link = piece.custody.get(action=CustodyAction.EXPORTED)
    assert link.details == {
        "pack": str(pack.public_id), "recipient": "fortinet", "sha256": pack.blob_id, "lines": [2, 6],
    }  # fmt: skip
    assert broken_links(piece) == []


def test_with_a_preview_nothing_leaves_before_somebody_releases_it(
    alice: Person, bob: Person, story: Case, finding: Finding, work: Work
) -> None:
    pack_id = asked(alice, finding, preview=True).json()["id"]
    assert alice.api.post(f"packs/{pack_id}/release/").status_code == 409
    work()
    assert alice.api.get(f"packs/{pack_id}/").json()["state"] == "ready"
    assert alice.api.get(f"packs/{pack_id}/download").status_code == 409
    assert not story.entries.filter(key=f"pack:{pack_id}").exists()
    assert bob.api.post(f"packs/{pack_id}/release/").status_code == 403
    released = alice.api.post(f"packs/{pack_id}/release/").json()
    assert (released["state"], released["released_by"]) == ("released", "Alice")
    assert bytes_of(alice, pack_id)
    assert alice.api.post(f"packs/{pack_id}/release/").status_code == 409


def test_a_value_that_would_leak_makes_no_pack_and_says_where(
    alice: Person, story: Case, finding: Finding, work: Work
) -> None:
    lines = finding.lines
    lines[1] |= {"text": "device_id=Fortinet-Lab " + lines[1]["text"]}
    Finding.objects.filter(pk=finding.pk).update(lines=lines)
    Party.objects.filter(slug="fortinet").update(name="Fortinet-Lab")
    answer = asked(alice, finding)
    work()
    told = alice.api.get(f"packs/{answer.json()['id']}/").json()
    assert (told["state"], told["sha256"]) == ("refused", None)
    assert "manifest.json holds a value of the kind serial" in told["reason"]
    job = alice.api.get(f"jobs/{answer.json()['job']}/").json()
    assert (job["state"], job["detail"]) == ("failed", told["reason"])
    assert "fortinet-lab" not in told["reason"].casefold()  # the page alone tells what it is
    assert "<code>Fortinet-Lab</code>" in alice.client.get(f"/cases/{story.ref}/packs/{told['id']}/").content.decode()
    assert alice.api.get(f"packs/{told['id']}/download").status_code == 409
    assert not Pseudonym.objects.exists()


def test_packs_of_a_case_share_their_pseudonyms(alice: Person, finding: Finding, work: Work) -> None:
    packs = [asked(alice, finding).json()["id"] for _ in range(2)]
    packs.append(asked(alice, finding, background=True, language="ja").json()["id"])
    work()
    first, again, whole = (bytes_of(alice, one) for one in packs)
    assert first == again
    assert set(member(first, "lines/log-01.log").splitlines()) < set(member(whole, "lines/log-01.log").splitlines())
    assert "提出用資料" in member(whole, "README.md")


def test_answers_to_packs_that_were_made_at_once_can_be_read(
    alice: Person, finding: Finding, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = [], []

    def slowly(*args: Any, **more: Any) -> Any:
        result = make_pack(*args, **more)
        made.append(result)
        if len(made) == 1:  # meanwhile the word is the name of somebody, and goes into another pack as such
            create_contact(party=Party.objects.get(slug="fortinet"), name="C257024FF1C5")
            other.append(asked(alice, finding).json()["id"])
            work()
        return result

    monkeypatch.setattr(packs, "make_pack", slowly)
    first = asked(alice, finding).json()["id"]
    work()
    for pack in (first, *other):
        lines = member(bytes_of(alice, pack), "lines/log-01.log")
        assert "C257024FF1C5" in alice.api.post(f"packs/{pack}/restore/", {"text": lines}).json()["text"]


def test_a_reply_gets_its_names_back(alice: Person, bob: Person, finding: Finding, work: Work) -> None:
    pack_id = asked(alice, finding).json()["id"]
    work()
    (pseudonym,) = Pseudonym.objects.filter(kind="address").values_list("pseudonym", flat=True)
    answer = bob.api.post(f"packs/{pack_id}/restore/", {"text": f"  We sent {pseudonym.upper()} a copy."})
    assert answer.json() == {"text": "  We sent fuga@piteki2.com a copy.", "replaced": 1}


def test_known_people_and_devices_are_replaced(alice: Person, story: Case, finding: Finding, work: Work) -> None:
    create_contact(party=Party.objects.get(slug="fortinet"), name="Hanako Suzuki", language=ContactLanguage.JA)
    questions = "Hanako Suzuki, what did mx1 do? Alice asks."
    answer = asked(alice, finding, questions=questions)
    work()
    archive = bytes_of(alice, answer.json()["id"])
    summary = member(archive, "README.md")
    assert "提出用資料" in summary  # the language of the contact
    assert not [name for name in ("Hanako", "Suzuki", "mx1", "Alice") if name in summary]


def test_the_name_of_a_contact_goes_however_it_is_written(alice: Person, finding: Finding, work: Work) -> None:
    create_contact(party=Party.objects.get(slug="fortinet"), name="Taro  Yamada", phone="+81 3 1234 5678")
    answer = asked(alice, finding, questions="Taro  Yamada, Yamada-san, and +81-3-1234-5678?")
    work()
    summary = member(bytes_of(alice, answer.json()["id"]), "README.md")
    assert not [one for one in ("Taro", "Yamada", "1234") if one in summary]


def test_a_contact_that_is_called_like_the_recipient_is_no_leak(alice: Person, finding: Finding, work: Work) -> None:
    party = Party.objects.get(slug="reseller-s")
    create_contact(party=party, name=party.name)
    answer = asked(alice, finding, recipient=party.slug, questions=f"{party.name}, why?")
    work()
    assert alice.api.get(f"packs/{answer.json()['id']}/").json()["state"] == "released"


FALLEN: tuple[tuple[dict[str, Any], str], ...] = (
    ({"holds": False}, "no longer holds"), ({"status": FindingStatus.DISMISSED}, "was dismissed"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "why"), FALLEN)
def test_a_finding_that_fell_is_in_no_pack(
    alice: Person, finding: Finding, work: Work, change: dict[str, Any], why: str
) -> None:
    waits = asked(alice, finding, preview=True).json()["id"]
    work()
    promised = asked(alice, finding).json()["id"]
    Finding.objects.update(**change)
    told = f"The finding rejected-and-delivered ({finding.public_id}) {why}: no pack proves it."
    answer = asked(alice, finding)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, told)
    work()
    refused = alice.api.get(f"packs/{promised}/").json()
    assert (refused["state"], refused["reason"]) == ("refused", told)
    answer = alice.api.post(f"packs/{waits}/release/")
    assert (answer.status_code, answer.json()["detail"]) == (409, told)
    shown = alice.client.get(f"/cases/{finding.case.ref}/packs/{waits}/").content.decode()
    assert told in shown
    assert "Release it for" not in shown
    assert str(finding.public_id) not in alice.client.get(f"/cases/{finding.case.ref}/packs/").content.decode()


def test_a_finding_that_falls_while_its_pack_is_made_is_not_released(
    alice: Person, finding: Finding, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*args: Any, **more: Any) -> Any:
        Finding.objects.update(holds=False)
        return make_pack(*args, **more)

    monkeypatch.setattr(packs, "make_pack", made)
    pack = asked(alice, finding).json()["id"]
    work()
    told = alice.api.get(f"packs/{pack}/").json()
    assert (told["state"], told["sha256"]) == ("refused", None)
    assert "no longer holds" in told["reason"]


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"findings": []}, "findings"),
    ({"findings": ["00000000-0000-4000-8000-000000000000"]}, "findings"),
    ({"findings": ["x"]}, "findings"),
    ({"recipient": "nobody"}, "recipient"),
    ({"recipient": "us"}, "recipient"),
    ({"language": "fr"}, "language"),
    ({"questions": "x" * 20_001}, "questions"),
)


def test_what_cannot_be_a_pack_is_refused_by_its_field(alice: Person, finding: Finding) -> None:
    for changes, field in WRONG:
        answer = asked(alice, finding, **changes)
        assert answer.status_code == 400, changes
        assert [row["field"].split(".")[0] for row in answer.json()["errors"]] == [field], changes
    assert not Pack.objects.exists()


def test_a_finding_of_another_case_cannot_be_taken_along(
    alice: Person, charlie: Person, finding: Finding, network_services: object
) -> None:
    other = charlie.api.post("cases/", {"title": "Port down", "kind": "defect"}).json()["ref"]
    body = {"findings": [str(finding.public_id)], "recipient": "fortinet"}
    assert charlie.api.post(f"cases/{other}/packs/", body).status_code == 400


def test_a_reader_may_look_and_a_stranger_sees_nothing(
    alice: Person, bob: Person, charlie: Person, finding: Finding, work: Work
) -> None:
    pack_id = asked(alice, finding).json()["id"]
    work()
    assert bob.api.get(f"cases/{finding.case.ref}/packs/").json()["count"] == 1
    assert asked(bob, finding).status_code == 403
    for path in (f"packs/{pack_id}/", f"packs/{pack_id}/download", f"cases/{finding.case.ref}/packs/"):
        assert charlie.api.get(path).status_code == 404
    assert charlie.api.post(f"packs/{pack_id}/restore/", {"text": "x"}).status_code == 404


def test_a_released_pack_and_the_map_are_kept_by_the_database(alice: Person, finding: Finding, work: Work) -> None:
    asked(alice, finding)
    work()
    for change in (
        lambda: Pack.objects.update(questions="Other"),
        lambda: Pack.objects.all().delete(),
        lambda: Pseudonym.objects.update(original="x"),
        lambda: Pseudonym.objects.all().delete(),
        lambda: PackSecret.objects.update(secret=b"x"),
    ):
        with pytest.raises(DatabaseError, match="its rows are history"), transaction.atomic():
            change()


def test_a_job_that_runs_twice_makes_one_pack(alice: Person, story: Case, finding: Finding, work: Work) -> None:
    pack = ask_pack(
        case=story, author=alice.user, findings=[str(finding.public_id)], recipient=Party.objects.get(slug="fortinet")
    )
    work()
    pack.refresh_from_db()
    blob = pack.blob_id
    assert pack.job is not None
    pack.job.state = "queued"
    pack.job.save()
    work()
    pack.refresh_from_db()
    assert (pack.state, pack.blob_id) == (PackState.READY, blob)
