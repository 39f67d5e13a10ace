"""Stands in for the application's pages: the health check, and a request that takes its time."""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer 200 where the database answers, 503 where it does not."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1.0)
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        start_response("503 Service Unavailable", [])
        return [b"away"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]
