"""How gunicorn serves the pages and the API: threads, because a request waits for PostgreSQL and disks, not for Python.

The database pool is switched on here and nowhere else: it belongs to the web processes (docs/operations.md).
"""

import os

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
