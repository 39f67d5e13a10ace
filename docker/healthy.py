"""Says by its exit code whether this container's service is healthy.

healthy.py web HOST:PORT | worker | beat SCHEDULE
"""

import http.client
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

READY = "/api/v1/health/ready"
# Beat writes its schedule every three minutes, whatever there is to send.
SCHEDULE_AGE_ALLOWED = 400.0


def web(address: str) -> bool:
    """Say whether the web server reaches its database."""
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", READY, headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def worker() -> bool:
    """Say whether the worker of this container answers through the broker."""
    from config.celery import app  # noqa: PLC0415  (the other services are asked every few seconds, without Celery)

    name = f"worker@{socket.gethostname()}"
    try:
        return bool(app.control.inspect(destination=[name], timeout=5).ping())
    except Exception as error:  # noqa: BLE001  (whatever the broker's client raises: it is not healthy)
        print(error, file=sys.stderr)
        return False


def beat(schedule: str) -> bool:
    """Say whether beat still writes its schedule; the library behind it may add an ending to the name."""
    path = Path(schedule)
    ages = [time.time() - each.stat().st_mtime for each in path.parent.glob(f"{path.name}*")]
    return bool(ages) and min(ages) < SCHEDULE_AGE_ALLOWED


CHECKS: dict[str, Callable[..., bool]] = {"web": web, "worker": worker, "beat": beat}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    name, *words = sys.argv[1:]
    sys.exit(0 if CHECKS[name](*words) else 1)
