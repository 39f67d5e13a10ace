"""Polars, with as many threads as a scan may use. It reads the setting once, when it is loaded."""

import os

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl

__all__ = ["pl"]
