"""What an upload costs the web process: `python3 run.py exec python bench/upload.py`.

Sends a file of 2 GiB to the real web server, which stores it, and watches the memory of all its processes meanwhile.
"""

import argparse
import hashlib
import http.client
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import databases
from bench.seed import Seeded
from bench.server import Server, serving

MIB = 1024 * 1024
GROWTH_ALLOWED = 64 * MIB
PIECE = 4 * MIB
BOUNDARY = "zenrei-benchmark"
# A mebibyte that does not repeat within itself; each piece begins with its number, so that no two are alike.
BLOCK = hashlib.shake_256(b"zenrei").digest(PIECE)


def pieces(size: int) -> Iterator[bytes]:
    """Return the file's bytes, the same ones every time."""
    for number in range(-(-size // PIECE)):
        left = min(PIECE, size - number * PIECE)
        yield (number.to_bytes(8) + BLOCK[8:])[:left]


def families(pid: int) -> list[int]:
    """Return a process and its children."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory(pid: int, field: str) -> int:
    """Return a field of a process's memory in bytes: RssAnon (its own, now), VmHWM (all, at most)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise ValueError(f"No {field} is told of process {pid}.")


@dataclass(slots=True)
class Watch:
    """The memory of each process: before, and the most that was seen."""

    before: dict[int, int]
    most: dict[int, int]

    @property
    def growth(self) -> int:
        """By how much the process grew that grew most."""
        return max(self.most[pid] - self.before[pid] for pid in self.before)


def watched(pid: int, work: Callable[[], None]) -> Watch:
    """Do the work while the processes' own memory is read a hundred times a second."""
    before = {each: memory(each, "RssAnon") for each in families(pid)}
    watch = Watch(before, dict(before))
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            for each in before:
                watch.most[each] = max(watch.most[each], memory(each, "RssAnon"))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        work()
    finally:
        done.set()
        thread.join()
    return watch


@dataclass(frozen=True, slots=True)
class Sent:
    """What the server said about the file, and how long it took."""

    sha256: str
    size: int
    seconds: float


def send(server: Server, seeded: Seeded, size: int) -> Sent:
    """Send a file of `size` bytes as evidence."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="event.log"\r\n'.encode()
    head += b"Content-Type: application/octet-stream\r\n\r\n"
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    began = time.perf_counter()
    connection.putrequest("POST", f"/api/v1/cases/{seeded.ref}/evidence/")
    connection.putheader("Authorization", f"Token {seeded.token}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(head) + size + len(tail)))
    connection.endheaders(head)
    for piece in pieces(size):
        connection.send(piece)
    connection.send(tail)
    response = connection.getresponse()
    content = response.read()
    seconds = time.perf_counter() - began
    connection.close()
    if response.status != http.client.ACCEPTED:
        sys.exit(f"The upload gave {response.status}: {content[:600].decode(errors='replace')}")
    told = json.loads(content)
    return Sent(told["sha256"], told["size"], seconds)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 where a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", help="a database of the server to use (default: DATABASE_URL)")
    parser.add_argument("--mib", type=int, default=2048, help="the size of the file")
    parser.add_argument("--folder", help="where the store lies meanwhile (default: the temporary folder)")
    options = parser.parse_args(words)
    url = options.database_url or databases.database_url()
    size = options.mib * MIB
    digest = hashlib.sha256()
    for piece in pieces(size):
        digest.update(piece)
    with (
        databases.temporary(url, f"{databases.PREFIX}upload") as made,
        tempfile.TemporaryDirectory(prefix="zenrei-bench-", dir=options.folder) as store,
    ):
        seeded = Seeded.read(databases.run_python(made, "bench/seed.py", "--cases", "10"))
        with serving(made, ZENREI_DATA=store, CELERY_BROKER_URL="memory://", ZENREI_WEB_PROCESSES="1") as server:
            send(server, seeded, MIB)  # what a first upload loads stays loaded
            sent: list[Sent] = []
            watch = watched(server.pid, lambda: sent.append(send(server, seeded, size)))
            peaks = {pid: memory(pid, "VmHWM") for pid in watch.before}
        stored = Path(store, "evidence", digest.hexdigest()[:2], digest.hexdigest()[2:])
        right = sent[0].sha256 == digest.hexdigest() and sent[0].size == size == stored.stat().st_size
    print(f"sent {size / MIB:.0f} MiB in {sent[0].seconds:.1f} s: {size / MIB / sent[0].seconds:.0f} MiB/s")
    print(f"the web process grew by {watch.growth / MIB:.1f} MiB (RssAnon); {GROWTH_ALLOWED / MIB:.0f} are allowed")
    print(f"most of all processes at any time: {max(peaks.values()) / MIB:.0f} MiB (VmHWM)")
    print(f"SHA-256 and size are {'right' if right else 'WRONG'}")
    return int(not right or watch.growth > GROWTH_ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
