"""The sandbox: every way in which a child can go wrong ends with a sentence, and takes nobody along."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest import sandbox
from ingest.sandbox import Outcome, SandboxLimits, run_limited
from tests.engine.test_scenarios import story

MIB = 1024**2
LIMITS = SandboxLimits(data_bytes=512 * MIB, cpu_seconds=60, wall_seconds=60, file_bytes=64 * MIB, open_files=64)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The story's six lines in a file."""
    path = tmp_path / "elog.log"
    path.write_text("".join(f"{line}\n" for line in story()), encoding="utf-8")
    return path


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run Python text in the place of `cli.main`: same child, same limits."""

    def run(text: str, on_progress: Any = None, **limits: Any) -> Outcome:
        root = tmp_path / "project"
        for package in ("cli", "ingest"):
            (root / package).mkdir(parents=True, exist_ok=True)
            (root / package / "__init__.py").touch()
        own = Path(sandbox.__file__).parents[1]
        for module in ("cli/limited.py", "ingest/child_codes.py"):
            (root / module).write_bytes((own / module).read_bytes())
        body = textwrap.indent(textwrap.dedent(text), "    ")
        (root / "cli" / "main.py").write_text(f"def main(argv):\n{body}\n    return 0\n")
        monkeypatch.setattr(sandbox, "ROOT", root)
        out = tmp_path / "out"
        fields = {name: getattr(LIMITS, name) for name in LIMITS.__slots__} | limits
        return run_limited(
            ["x"], limits=SandboxLimits(**fields), workdir=tmp_path, stdout_path=out, on_progress=on_progress
        )

    return run


def test_a_scan_in_the_sandbox_gives_its_answer_and_its_progress(log: Path, tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    out = tmp_path / "answer.json"
    argv = ["scan", "--json", "--progress", "json", str(log)]

    outcome = run_limited(argv, limits=LIMITS, workdir=tmp_path, stdout_path=out, on_progress=seen.append)

    assert outcome == Outcome(0, None, "")
    assert orjson.loads(out.read_bytes())["finding_counts"]["rejected-and-delivered"] == 1
    assert seen[-1]["progress"] == 1.0
    assert list(tmp_path.glob("attempt-*")) == []


def test_it_can_be_called_from_any_thread(log: Path, tmp_path: Path) -> None:
    outcomes: list[Outcome] = []

    def work(number: int) -> None:
        out = tmp_path / f"{number}.json"
        outcomes.append(run_limited(["scan", "--json", str(log)], limits=LIMITS, workdir=tmp_path, stdout_path=out))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [outcome.returncode for outcome in outcomes] == [0, 0, 0]


def test_nothing_of_the_environment_is_inherited(program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENREI_SECRET_KEY", "do not tell")

    program("import os; print(dict(os.environ), os.getcwd())")

    said = (tmp_path / "out").read_text()
    assert "do not tell" not in said
    assert "ZENREI" not in said
    assert "attempt-" in said


def test_the_limits_are_set_and_no_privilege_can_be_gained(program: Any, tmp_path: Path) -> None:
    program(
        """
        import resource, os
        names = ("RLIMIT_CORE", "RLIMIT_DATA", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE")
        print([resource.getrlimit(getattr(resource, name)) for name in names])
        print(open("/proc/self/status").read().split("NoNewPrivs:")[1][:2].strip(), os.getsid(0) == os.getpid())
        """
    )

    limits, rest = (tmp_path / "out").read_text().splitlines()
    data, file = 512 * MIB, 64 * MIB
    assert limits == str([(0, 0), (data, data), (60, 65), (file, file), (64, 64)])
    assert rest == "1 True"


@pytest.mark.parametrize(
    ("text", "limits", "reason"),
    [
        ("x = [bytes(1 << 20) for _ in range(4000)]", {"data_bytes": 128 * MIB}, "needed more than 128 MiB of memory"),
        ("while True: pass", {"cpu_seconds": 1}, "more than 1 seconds of CPU time"),
        ("import time; time.sleep(60)", {"wall_seconds": 1}, "longer than 1 seconds"),
        ("import sys; sys.stdout.write('x' * (9 << 20))", {"file_bytes": 8 * MIB}, "larger than 8 MiB"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", {}, "killed by the system"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", {}, "signal SIGSEGV"),
        ("raise ValueError('no')", {}, "broke on what it read"),
        ("raise SystemExit(9)", {}, "exit code 9"),
        ("import os; os._exit(42)", {}, "exit code 42: without a word"),
        ("import sys; print('why', file=sys.stderr); return 17", {}, "exit code 17: why"),
    ],
)  # fmt: skip
def test_every_way_to_die_has_a_sentence(program: Any, text: str, limits: dict[str, Any], reason: str) -> None:
    outcome = program(text, **limits)

    assert outcome.reason
    assert reason in outcome.reason
    assert outcome.reason.endswith(".")


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_the_exit_codes_of_scan_come_with_an_answer(program: Any, code: int) -> None:
    assert program(f"return {code}") == Outcome(code, None, "")


def test_a_crash_never_passes_for_findings(program: Any) -> None:
    outcome = program("raise RuntimeError('boom')")

    assert outcome.returncode not in {0, 1, 2, 3}
    assert "boom" in outcome.said


def test_an_endless_standard_error_is_stopped(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MESSAGE_BYTES", 2 * MIB)

    outcome = program("import os\nwhile True: os.write(2, b'x' * 65536)")

    assert "messages" in outcome.reason
    assert len(outcome.said) <= sandbox.KEPT_CHARACTERS


def test_progress_comes_at_most_five_times_a_second_and_the_last_always(program: Any) -> None:
    seen: list[float] = []

    program(
        """
        import sys, time
        for n in range(500):
            print('{"progress": %f}' % (n / 499), file=sys.stderr, flush=True)
            time.sleep(0.002)
        """,
        lambda progress: seen.append(progress["progress"]),
    )

    assert 1 < len(seen) < 40
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    "line", ['{"progress": 2}', '{"progress": true}', '{"progress": NaN}', "[1]", "{", '{"x": 1}', "[" * 5000]
)
def test_what_is_no_progress_is_no_progress(program: Any, line: str) -> None:
    seen: list[Any] = []

    program(f"import sys; print({line!r}, file=sys.stderr)", seen.append)

    assert seen == []


def test_what_the_listener_raises_ends_the_child_and_is_passed_on(program: Any) -> None:
    def stop(_: Any) -> None:
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        program("""import sys, time; print('{"progress": 0.5}', file=sys.stderr, flush=True); time.sleep(50)""", stop)
    assert time.monotonic() - start < 20


def test_grandchildren_are_ended_with_the_child(program: Any, tmp_path: Path) -> None:
    outcome = program(
        """
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
        print(child.pid, flush=True)
        """
    )

    assert outcome.reason is None
    pid = int((tmp_path / "out").read_text())
    assert _gone(pid)


def _gone(pid: int) -> bool:
    """Whether a process has ended (or is only waited for), within a moment."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    root = Path(sandbox.__file__).parents[1]
    log, out = str(tmp_path / "long.log"), str(tmp_path / "out")
    Path(log).write_bytes(b"x\n" * (8 * MIB))
    text = f"""
import sys; sys.path.insert(0, {str(root)!r})
from pathlib import Path
from ingest.sandbox import SandboxLimits, run_limited
limits = SandboxLimits(data_bytes=2**30, cpu_seconds=600, wall_seconds=600, file_bytes=2**30, open_files=64)
run_limited(["scan", {log!r}], limits=limits, workdir=Path({str(tmp_path)!r}), stdout_path=Path({out!r}))
"""
    parent = subprocess.Popen([sys.executable, "-c", text])
    try:
        child = _child_of(parent.pid)
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()

    assert _gone(child)


def _child_of(parent: int) -> int:
    """The process that runs `cli.limited` for a parent, once it has set itself up."""
    for _ in range(400):
        for path in Path("/proc").glob("[0-9]*"):
            try:
                stat = (path / "stat").read_text().rpartition(")")[2].split()
                words = (path / "cmdline").read_bytes()
                status = (path / "status").read_text()
            except OSError:
                continue
            if int(stat[1]) == parent and b"cli.limited" in words and "NoNewPrivs:\t1" in status:
                return int(path.name)
        time.sleep(0.05)
    raise AssertionError("no child began")


def test_a_limit_that_cannot_be_set_ends_the_child_before_it_begins(program: Any, tmp_path: Path) -> None:
    outcome = program("print('ran')", open_files=2**62)

    assert outcome.returncode == 74
    assert "limits could not be set" in outcome.reason
    assert (tmp_path / "out").read_bytes() == b""


def test_a_bomb_ends_within_the_limits_with_a_reason_in_its_answer(tmp_path: Path) -> None:
    import gzip

    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(b"x" * (200 * MIB)))
    out = tmp_path / "answer.json"

    outcome = run_limited(["scan", "--json", str(bomb)], limits=LIMITS, workdir=tmp_path, stdout_path=out)

    assert outcome.returncode == 2
    assert "times its size" in orjson.loads(out.read_bytes())["files"][0]["warnings"][0]
