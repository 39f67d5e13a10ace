"""Started as root: everything runs as one unprivileged user, wherever Python, the source and the data lie."""

import os
import pwd
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.privileges import can, service_user
from config.proc import look_at
from config.refusal import Refusal
from tests.setup.ground import Toy, wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
NOBODY = 65534
READ_ENTRY = "import pathlib, sys; print(pathlib.Path(sys.argv[1]).stat().st_uid)"


def owners(toy: Toy) -> set[int | None]:
    """Return who the supervisor and its children run as."""
    pids = [toy.note.pid, *(process.pid for process in toy.children())]
    return {process.owner() for pid in pids if (process := look_at(pid)) is not None}


@pytest.fixture
def closed_toy(open_ground: Path, new_toy: Callable[..., Toy], tmp_path: Path) -> Toy:
    """A toy below a folder that only root can enter."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    toy = new_toy(at=closed / "repo")
    toy.environment["ZENREI_STATE"] = str(open_ground / f"state-{tmp_path.name}")
    return toy


@pytest.mark.chaos
def test_the_supervisor_and_all_its_children_are_nobody(new_toy: Callable[..., Toy]) -> None:
    toy = new_toy(python=sys.executable)
    toy.start_ready()
    wait_for((toy.data / "ticks").exists)
    assert owners(toy) == {NOBODY}
    assert toy.data.stat().st_uid == NOBODY
    assert toy.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.chaos
def test_source_and_data_below_a_closed_folder_are_reached_without_opening_it(closed_toy: Toy) -> None:
    modes = {path: path.stat().st_mode for path in (closed_toy.repo, *closed_toy.repo.parents)}
    running = closed_toy.start_ready()
    assert running.get() == 200
    assert owners(closed_toy) == {NOBODY}
    assert closed_toy.data.is_symlink()
    place = closed_toy.data.readlink()
    assert place.parent == Path(closed_toy.environment["ZENREI_STATE"])
    said = f"zenrei: the user 'nobody' cannot enter {closed_toy.repo}: the data is in {place}, and var leads there\n"
    assert said in running.printed()
    assert {path: path.stat().st_mode for path in modes} == modes
    running.stop()
    assert "var leads there" not in closed_toy.start_ready().printed()


def test_only_what_changed_is_linked_anew(closed_toy: Toy) -> None:
    def versions() -> set[str]:
        return {path.name for path in (closed_toy.data / "runtime").iterdir()}

    assert closed_toy.run("exec", "manage.py", "migrate").returncode == 0
    first = versions()
    assert closed_toy.run("exec", "manage.py", "migrate").returncode == 0
    assert versions() == first
    with (closed_toy.repo / "manage.py").open("a") as file:
        file.write("# changed\n")
    assert closed_toy.run("exec", "manage.py", "show").returncode == 0
    second = versions()
    assert {name for name in first if name.startswith("python")} <= second
    assert {name for name in first if name.startswith("source")}.isdisjoint(second)


def test_what_only_root_can_read_is_copied_and_the_rest_is_linked(closed_toy: Toy) -> None:
    private, public = closed_toy.repo / "config" / "celery.py", closed_toy.repo / "manage.py"
    private.chmod(0o600)
    public.chmod(0o644)
    assert closed_toy.run("exec", "manage.py", "migrate").returncode == 0
    (made,) = (closed_toy.data / "runtime").glob("source-*")
    assert (made / "manage.py").stat().st_ino == public.stat().st_ino
    assert (made / "config" / "celery.py").stat().st_ino != private.stat().st_ino
    assert (made / "config" / "celery.py").stat().st_mode & 0o444 == 0o444
    assert private.stat().st_mode & 0o777 == 0o600


def test_what_is_no_source_is_not_made_readable(closed_toy: Toy) -> None:
    for name in (".env", ".git/config", ".venv/secret", "__pycache__/x.pyc"):
        (closed_toy.repo / name).parent.mkdir(exist_ok=True)
        (closed_toy.repo / name).write_text("secret")
    assert closed_toy.run("exec", "manage.py", "migrate").returncode == 0
    (made,) = (closed_toy.data / "runtime").glob("source-*")
    assert (made / "manage.py").exists()
    assert not [path for path in made.rglob("*") if path.is_file() and path.read_bytes() == b"secret"]


def test_a_data_folder_out_of_the_users_reach_is_one_sentence(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    result = toy.run("--data", str(tmp_path / "closed" / "data"), "--port", "8999")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "'nobody' that everything runs as cannot write the data folder" in result.stderr
    assert "name one that this user can reach with --data" in result.stderr
    assert list((tmp_path / "closed").iterdir()) == []


def test_a_folder_of_somebody_else_is_not_taken(toy: Toy) -> None:
    toy.data.mkdir(mode=0o700)
    (toy.data / "theirs").touch()
    os.chown(toy.data, 1, 1)
    result = toy.run("--port", "8999")
    assert result.returncode == 2
    assert "(it is daemon's)" in result.stderr
    assert toy.data.stat().st_uid == 1


def test_a_folder_of_roots_with_something_in_it_is_not_given_away(toy: Toy) -> None:
    toy.data.mkdir(mode=0o755)
    (toy.data / "precious").touch()
    assert toy.run("--port", "8999").returncode == 2
    assert toy.data.stat().st_uid == 0


def test_another_user_can_be_named(toy: Toy) -> None:
    toy.template = None
    toy.services(ZENREI_USER="daemon")
    assert owners(toy) == {pwd.getpwnam("daemon").pw_uid}


@pytest.mark.parametrize(("name", "words"), [("root", "unprivileged user"), ("no-such-user", "there is no user")])
def test_root_and_unknown_users_are_refused(name: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENREI_USER", name)
    with pytest.raises(Refusal, match=words):
        service_user()


def test_a_user_is_asked_by_trying(tmp_path: Path) -> None:
    user = service_user()
    assert user is not None
    (tmp_path / "closed").mkdir(mode=0o700)
    assert can(user, lambda: os.geteuid() == user.uid and os.getgroups() == list(user.groups))
    assert not can(user, lambda: os.access(tmp_path / "closed", os.R_OK))
    assert not can(user, lambda: bool(1 / 0))
    assert os.geteuid() == 0


def test_a_link_that_the_user_planted_leads_root_nowhere(closed_toy: Toy, tmp_path: Path) -> None:
    assert closed_toy.run("exec", "manage.py", "migrate").returncode == 0
    data, target = closed_toy.data.resolve(), tmp_path / "target"
    target.mkdir()
    (data / "runtime").rename(data / "away")
    (data / "runtime").symlink_to(target)
    result = closed_toy.run("exec", "manage.py", "show")
    assert result.returncode != 0
    assert list(target.iterdir()) == []


def test_a_note_that_the_user_forged_sets_nothing_else_for_root(toy: Toy) -> None:
    toy.services()
    text = toy.folder.note.read_text().replace('"environment": {', '"environment": {"LD_PRELOAD": "/tmp/evil.so", ')
    toy.folder.note.write_text(text)
    assert "LD_PRELOAD" not in toy.run("exec", "python", "manage.py", "show").stdout


def test_the_persons_own_commands_stay_the_persons(toy: Toy) -> None:
    assert toy.run("exec", "python", "-c", "import os; print(os.geteuid())").stdout == "0\n"


def test_management_commands_are_the_service_users_so_that_files_are_too(closed_toy: Toy) -> None:
    manage = closed_toy.repo / "manage.py"
    manage.write_text(manage.read_text() + "    print('uid', os.geteuid(), __file__)\n")
    shown = closed_toy.run("exec", "manage.py", "show").stdout.splitlines()
    assert shown[-1].startswith(f"uid {NOBODY} {closed_toy.data.resolve()}/runtime/source-")
    environment = dict(line.split("=", 1) for line in shown[:-1])
    assert environment["USER"] == "nobody"
    assert environment["HOME"] == str(closed_toy.data.resolve() / "cache")


def test_backups_come_and_go_through_folders_that_only_root_can_enter(
    closed_toy: Toy, new_toy: Callable[..., Toy], tmp_path: Path
) -> None:
    assert closed_toy.run("exec", "manage.py", "migrate").returncode == 0
    target = tmp_path / "closed" / "backup"
    made = closed_toy.run("backup", str(target))
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.stat().st_uid == 0
    other = new_toy("other")
    restored = other.run("restore", str(target))
    assert restored.returncode == 0, restored.stderr
    assert {path.stat().st_uid for path in other.data.iterdir()} == {NOBODY}


@pytest.fixture
def users_toy(toy: Toy) -> Toy:
    """A toy that belongs to an ordinary user, who runs it."""
    for path in (toy.repo, *toy.repo.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return toy


@pytest.mark.chaos
def test_an_ordinary_user_runs_it_as_himself(users_toy: Toy) -> None:
    running = users_toy.start(user=NOBODY)
    running.wait_ready()
    assert running.get() == 200
    assert owners(users_toy) == {NOBODY}
    assert not (users_toy.data / "runtime").exists()
    assert users_toy.run("exec", "manage.py", "add", "one", user=NOBODY).returncode == 0
    assert users_toy.run("backup", str(users_toy.repo / "backup"), user=NOBODY).returncode == 0
    assert running.stop() == 0


def test_an_ordinary_user_without_the_right_to_write_gets_one_sentence(users_toy: Toy) -> None:
    users_toy.data.mkdir(mode=0o755)
    result = users_toy.run("--port", "8999", user=NOBODY)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "cannot be written (Permission denied): give this user the right to" in result.stderr
