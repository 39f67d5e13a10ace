"""The first run makes a new installation usable, once; the story is its first case."""

import re
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import ApiToken, User
from common.jobs.models import Job
from tests.conftest import Api, Person
from tickets.models import Case, Evidence
from tickets.services.custody import broken_links

pytestmark = pytest.mark.django_db


def first_run(*words: str) -> str:
    """Run the command and return what it prints."""
    out = StringIO()
    call_command("first_run", *words, stdout=out)
    return out.getvalue()


def test_it_tells_a_password_that_works(data_dir: Path) -> None:
    told = re.search(r"Log in as (\S+) with the password (\S+) ", first_run())
    assert told is not None
    assert Client().login(username=told[1], password=told[2])
    assert len(told[2]) >= 16


def test_it_writes_a_token_that_only_its_owner_reads(data_dir: Path) -> None:
    first_run()
    path = data_dir / "token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    me = Api(path.read_text(encoding="utf-8").strip()).get("me/").json()
    assert (me["email"], me["scope"], me["departments"][0]["role"]) == ("admin@localhost", "write", "manager")


def test_it_does_nothing_the_second_time(data_dir: Path) -> None:
    first_run()
    before = (data_dir / "token").read_bytes()
    assert first_run() == ""
    assert (User.objects.count(), ApiToken.objects.count(), Case.objects.count()) == (1, 1, 2)
    assert (data_dir / "token").read_bytes() == before


def test_it_does_nothing_where_somebody_can_log_in(alice: Person, data_dir: Path) -> None:
    assert first_run() == ""
    assert not (data_dir / "token").exists()


def test_it_leaves_the_story_out_when_told(data_dir: Path) -> None:
    first_run("--no-sample")
    assert (User.objects.count(), Case.objects.count()) == (1, 0)


def test_a_token_file_that_lay_there_is_made_anew(data_dir: Path) -> None:
    elsewhere = data_dir / "elsewhere"
    elsewhere.write_text("kept", encoding="utf-8")
    (data_dir / "token").symlink_to(elsewhere)
    first_run("--no-sample")
    assert elsewhere.read_text(encoding="utf-8") == "kept"
    assert not (data_dir / "token").is_symlink()


def test_a_token_that_cannot_be_written_leaves_nothing_half_made(data_dir: Path) -> None:
    (data_dir / "token").mkdir()
    with pytest.raises(OSError, match="token"):
        first_run("--no-sample")
    assert not User.objects.exists()


def test_the_story_is_whole(data_dir: Path) -> None:
    first_run()
    api = Api((data_dir / "token").read_text(encoding="utf-8").strip())
    cases = {row["title"]: row for row in api.get("cases/").json()["results"]}
    assert set(cases) == {"Rejected mail reaches users after the upgrade", "New quotation, ¥30 million purchase"}
    story = cases["Rejected mail reaches users after the upgrade"]
    assert story["parties"] == ["fortinet", "reseller-s"]
    firmware = api.get("devices/").json()["results"][0]["firmware"]
    assert firmware == "7.0.2"
    piece = api.get(f"cases/{story['ref']}/evidence/").json()["results"][0]
    assert api.get(f"jobs/{piece['job']}/").json()["state"] == "queued"
    assert broken_links(Evidence.objects.get()) == []
    assert Job.objects.count() == 1
