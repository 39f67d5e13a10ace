"""Check the lock files: hashes everywhere, no address anywhere, and just what pyproject.toml asks for today.

`python tools/check_locks.py --write` makes them anew, keeping the versions that are pinned wherever they still fit.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.lock": [],
    "requirements-dev.lock": ["--group", "dev", "--constraints", "requirements.lock"],
}
INSTALLER = "requirements-uv.lock"  # pinned by hand: uv cannot be asked for itself before it is there


def compiled(name: str, words: list[str], folder: Path) -> str:
    """Return what the lock would be today; the pins of the present one are kept where they fit."""
    target = folder / name
    shutil.copy(ROOT / name, target)
    command = [
        str(Path(sys.executable).with_name("uv")), "pip", "compile", "pyproject.toml", *words, "--universal",
        "--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--system-certs", "--output-file", str(target),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return target.read_text(encoding="utf-8")


def faults(name: str, text: str, today: str) -> list[str]:
    """Return what is wrong with a lock, in sentences."""
    found = []
    if "://" in text:
        found.append(f"{name} holds an address; make it anew without an index line.")
    blocks = [block for block in re.split(r"\n(?=[a-z0-9])", text) if block.strip()]
    found += [f"{name}: {block.splitlines()[0]} has no hash." for block in blocks if "--hash=sha256:" not in block]
    if text != today:
        found.append(f"{name} is not what pyproject.toml asks for: python tools/check_locks.py --write")
    return found


def main() -> int:
    """Check the locks, or write them."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, words in LOCKS.items():
            today = compiled(name, words, Path(folder))
            if "--write" in sys.argv[1:]:
                (ROOT / name).write_text(today, encoding="utf-8")
            found += faults(name, (ROOT / name).read_text(encoding="utf-8"), today)
    installer = (ROOT / INSTALLER).read_text(encoding="utf-8")
    found += faults(INSTALLER, installer, installer)
    print("\n".join(found) or "The locks are whole.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
