"""What only the logs say: messages by day and verdict, and what detectors found."""

from ingest.models.daily_count import DailyCount
from ingest.models.detector_run import DetectorRun

__all__ = ["DailyCount", "DetectorRun"]
