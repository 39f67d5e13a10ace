"""Taking evidence in, keeping it, and giving it back: whole or not at all."""

import errno
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client

from common.jobs.models import Job
from common.storage import BlobWriter, evidence_store
from kb.services.devices import create_device
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.conftest import Person
from tickets.models import Blob, Evidence, TimelineEntry
from tickets.services.custody import broken_links

HELLO = b"date=2022-06-08 time=09:00:00\n"


@pytest.fixture
def ref(alice: Person) -> str:
    """A case of Alice's with a device to choose."""
    vendor = create_party(name="Fortinet", kind="vendor")
    product = create_product(name="FortiMail", vendor=vendor)
    create_device(department=alice.department, product=product, name="mx1", zone="Asia/Tokyo")
    return str(alice.api.post("cases/", {"title": "Spam", "kind": "defect"}).json()["ref"])


def upload(person: Person, ref: str, content: bytes = HELLO, name: str = "elog.log", **fields: str) -> Any:
    """Upload a file to a case."""
    return person.api.upload(f"cases/{ref}/evidence/", ContentFile(content, name=name), None, **fields)


def stored() -> list[Path]:
    """Return every file of the store, the unfinished ones included."""
    return [file for file in settings.EVIDENCE_DIR.rglob("*") if file.is_file()]


def raw_form(person: Person, ref: str, *parts: tuple[str, bytes]) -> Any:
    """POST a form out of parts as they stand on the wire: (disposition, content)."""
    body = b""
    for disposition, content in parts:
        body += b"--b\r\nContent-Disposition: form-data; " + disposition.encode("utf-8", "surrogateescape")
        body += b"\r\n\r\n" + content + b"\r\n"
    return Client().post(
        f"/api/v1/cases/{ref}/evidence/",
        body + b"--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        headers={"Authorization": f"Token {person.token}"},
    )


def test_it_is_kept_under_its_hash_and_promised_to_be_read(alice: Person, ref: str) -> None:
    answer = upload(alice, ref, device="mx1", firmware="7.0.2", note="of the morning", from_party="fortinet").json()
    assert answer["size"] == len(HELLO)
    assert evidence_store().path(answer["sha256"]).read_bytes() == HELLO
    told = {name: answer[name] for name in ("name", "device", "firmware", "zone", "note", "from_party", "received_by")}
    assert told == {
        "name": "elog.log",
        "device": "mx1",
        "firmware": "7.0.2",
        "zone": "Asia/Tokyo",
        "note": "of the morning",
        "from_party": "fortinet",
        "received_by": "Alice",
    }
    assert alice.api.get(f"jobs/{answer['job']}/").json()["state"] == "queued"
    assert answer["reading"] is None


def test_a_blob_can_be_read_and_never_written(alice: Person, ref: str) -> None:
    blob = evidence_store().path(upload(alice, ref).json()["sha256"])
    assert stat.S_IMODE(blob.stat().st_mode) == 0o440


def test_the_same_bytes_again_are_the_same_piece(alice: Person, ref: str) -> None:
    first, again = upload(alice, ref), upload(alice, ref, name="copy.log", note="once more")
    assert (again.status_code, again.json()["duplicate"]) == (202, True)
    assert again.json() | {"duplicate": False} == first.json()
    assert (Evidence.objects.count(), Job.objects.count(), len(stored())) == (1, 1, 1)
    custody = alice.api.get(f"cases/{ref}/evidence/{first.json()['id']}/custody/").json()["results"]
    assert [row["action"] for row in custody] == ["received", "received_again"]
    assert custody[1]["details"] == {"name": "copy.log"}


def test_the_same_bytes_of_another_device_are_another_piece(alice: Person, ref: str) -> None:
    first, second = upload(alice, ref), upload(alice, ref, device="mx1")
    assert second.json()["duplicate"] is False
    assert first.json()["sha256"] == second.json()["sha256"]
    assert (Evidence.objects.count(), Blob.objects.count(), len(stored())) == (2, 1, 1)


def test_the_timeline_tells_of_it_once(alice: Person, ref: str) -> None:
    answer = upload(alice, ref).json()
    upload(alice, ref)
    told = list(TimelineEntry.objects.filter(kind="evidence").values_list("text", flat=True))
    assert told == [f"elog.log received, {len(HELLO)} bytes, SHA-256 {answer['sha256']}"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/", "unnamed"),
        ("a\x00b.log", "ab.log"),
        ("a\r\nSet-Cookie: x=1.log", '"a'),
        ("\u202egol.exe", "gol.exe"),
        ("ログ 一.log", "ログ 一.log"),
        ("<script>alert(1)</script>.log", "script>.log"),
        ('a"b.log', 'a"b.log'),
        ("  padded  ", "padded"),
    ],
    ids=ascii,
)
def test_a_name_is_a_label_and_never_a_path(alice: Person, ref: str, sent: str, kept: str) -> None:
    answer = raw_form(alice, ref, (f'name="file"; filename="{sent}"', HELLO))
    if answer.status_code == 400:  # a name that is none at all: Django takes the part for no file
        assert answer.json()["errors"][0]["field"] == "file"
        assert kept == "unnamed"
    else:
        assert answer.json()["name"] == kept
    inside = {file.resolve().is_relative_to(settings.EVIDENCE_DIR.resolve()) for file in stored()}
    assert inside <= {True}


def test_a_long_name_is_cut(alice: Person, ref: str) -> None:
    assert len(upload(alice, ref, name="x" * 900 + ".log").json()["name"]) == 255


@pytest.mark.parametrize("name", ["x" * 10_000 + ".log", "\udcff.log"], ids=ascii)
def test_a_name_that_no_header_can_hold_is_refused(alice: Person, ref: str, name: str) -> None:
    assert raw_form(alice, ref, (f'name="file"; filename="{name}"', HELLO)).status_code == 400
    assert stored() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"device": "nowhere"}, "device"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"from_party": "nobody"}, "from_party"),
        ({"firmware": "x" * 81}, "firmware"),
        ({"note": "x" * 10_001}, "note"),
        ({"note": "a\x00b"}, "note"),
    ],
    ids=lambda fields: str(fields)[:24],
)
def test_what_is_refused_leaves_nothing_behind(alice: Person, ref: str, fields: dict[str, str], field: str) -> None:
    answer = upload(alice, ref, HELLO, "elog.log", **fields)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert (stored(), Evidence.objects.count(), Job.objects.count()) == ([], 0, 0)


def test_an_empty_file_would_prove_nothing(alice: Person, ref: str) -> None:
    answer = raw_form(alice, ref, ('name="file"; filename="empty.log"', b""))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "file")
    assert stored() == []


def test_files_come_one_at_a_time(alice: Person, ref: str) -> None:
    answer = raw_form(alice, ref, ('name="file"; filename="a"', b"first"), ('name="file"; filename="b"', b"second"))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_many")
    assert stored() == []


@pytest.mark.parametrize("field", ["other", "File", ""])
def test_a_file_in_another_field_is_not_taken(alice: Person, ref: str, field: str) -> None:
    answer = raw_form(alice, ref, (f'name="{field}"; filename="a"', b"first"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "file")
    assert stored() == []


def test_text_in_the_place_of_the_file_is_no_file(alice: Person, ref: str) -> None:
    assert raw_form(alice, ref, ('name="file"', b"text")).status_code == 400


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=b"]
)
def test_a_form_that_is_none_is_refused(alice: Person, ref: str, kind: str) -> None:
    answer = Client().post(
        f"/api/v1/cases/{ref}/evidence/", b"--b--", content_type=kind, headers={"Authorization": f"Token {alice.token}"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("step", ["write", "sync", "commit"])
def test_a_full_disk_is_said_and_nothing_is_kept(
    alice: Person, ref: str, monkeypatch: pytest.MonkeyPatch, number: int, step: str
) -> None:
    def full(self: BlobWriter, *args: object) -> None:
        raise OSError(number, "no room")

    monkeypatch.setattr(BlobWriter, step, full)
    answer = upload(alice, ref)
    assert (answer.status_code, answer.json()["title"]) == (507, "No room left")
    assert (stored(), Evidence.objects.count(), Blob.objects.count()) == ([], 0, 0)


def test_it_comes_back_bit_for_bit_as_a_download(alice: Person, bob: Person, ref: str) -> None:
    every = bytes(range(256)) * 999
    piece = upload(alice, ref, every, name='ログ "1".bin').json()
    answer = bob.api.get(f"cases/{ref}/evidence/{piece['id']}/download")
    assert b"".join(answer.streaming_content) == every
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    custody = alice.api.get(f"cases/{ref}/evidence/{piece['id']}/custody/").json()["results"]
    assert [(row["action"], row["actor"]) for row in custody] == [("received", "Alice"), ("downloaded", "Bob")]


def test_asking_for_the_headers_alone_is_no_download(alice: Person, ref: str) -> None:
    piece = upload(alice, ref).json()
    path = f"/api/v1/cases/{ref}/evidence/{piece['id']}/download"
    answer: Any = Client().head(path, headers={"Authorization": f"Token {alice.token}"})
    assert answer.status_code == 200
    b"".join(answer.streaming_content)
    assert Evidence.objects.get().custody.count() == 1


def test_bytes_that_are_gone_are_said_to_be_gone(alice: Person, ref: str) -> None:
    piece = upload(alice, ref).json()
    evidence_store().path(piece["sha256"]).unlink()
    answer = alice.api.get(f"cases/{ref}/evidence/{piece['id']}/download")
    assert (answer.status_code, answer.json()["title"]) == (409, "This conflicts with something else")
    assert Evidence.objects.get().custody.count() == 1
    assert alice.api.get(f"cases/{ref}/evidence/{piece['id']}/").status_code == 200


def test_its_chain_of_custody_holds(alice: Person, ref: str) -> None:
    piece = upload(alice, ref, device="mx1", note="ノート").json()
    b"".join(alice.api.get(f"cases/{ref}/evidence/{piece['id']}/download").streaming_content)
    upload(alice, ref, device="mx1")
    assert broken_links(Evidence.objects.get()) == []
