"""How gunicorn serves the pages and the API: threads, because a request waits for PostgreSQL and disks, not for Python.

The database pool is switched on here and nowhere else: it belongs to the web processes (docs/operations.md).
"""

import gc
import os
from typing import Any

os.environ.setdefault("ZENREI_DB_POOL", "1")

worker_class = "gthread"
workers = int(os.environ.get("ZENREI_WEB_PROCESSES", "2"))
# A slow upload holds its thread for as long as it takes: there are always threads left for everything else.
threads = int(os.environ.get("ZENREI_WEB_THREADS", str(int(os.environ.get("ZENREI_UPLOADS_AT_ONCE", "4")) + 4)))
os.environ.setdefault("ZENREI_DB_POOL_SIZE", str(threads))
timeout = 60
graceful_timeout = 20
keepalive = 30
accesslog = None
errorlog = "-"
control_socket_disable = True

COLLECT_AFTER = 20_000


def post_worker_init(worker: Any) -> None:
    """Leave what was loaded for good out of garbage collection, and collect less often.

    An answer of a hundred objects else has the whole of Django looked through, several times (docs/benchmarks.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
