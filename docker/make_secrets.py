"""Makes the secrets that docker-compose.yml mounts: `python3 docker/make_secrets.py [FOLDER]`. Standard library only.

Files that are there are kept: a second run changes nothing. The folder is the owner's alone (0700); the files in it are
readable to the containers' users, whose numbers are not the owner's.
"""

import argparse
import hashlib
import os
import secrets
from pathlib import Path


def passwords(folder: Path) -> dict[str, str]:
    """Return a password for each of the roles; one that is there is kept."""
    found = {}
    for name in ("postgres", "owner", "web", "valkey"):
        found[name] = write_once(folder / f"{name}_password", secrets.token_urlsafe(32))
    return found


def write_once(path: Path, text: str) -> str:
    """Write a file that is not there yet, and return what it holds."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o444)
        file.write(text)
    return text


def make(folder: Path) -> None:
    """Make every secret."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    write_once(folder / ".gitignore", "*\n")
    words = passwords(folder)
    write_once(folder / "secret_key", secrets.token_urlsafe(64))
    write_once(folder / "owner_database_url", f"postgres://zenrei_owner:{words['owner']}@postgres:5432/zenrei")
    write_once(folder / "database_url", f"postgres://zenrei_web:{words['web']}@postgres:5432/zenrei")
    write_once(folder / "broker_url", f"redis://:{words['valkey']}@valkey:6379/0")
    write_once(folder / "cache_url", f"redis://:{words['valkey']}@valkey:6379/1")
    digest = hashlib.sha256(words["valkey"].encode()).hexdigest()
    write_once(folder / "valkey_acl", f"user default on #{digest} ~* &* +@all\n")


def main() -> None:
    """Make the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("secrets"))
    make(parser.parse_args().folder)


if __name__ == "__main__":
    main()
