"""Scans of a case and the daily counts they gave; one noun a file."""

from ingest.models.daily_count import DailyCount
from ingest.models.scan import CaseScan

__all__ = ["CaseScan", "DailyCount"]
