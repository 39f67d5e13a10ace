"""What only the logs say: messages by day and verdict."""

from ingest.models.daily_count import DailyCount

__all__ = ["DailyCount"]
