"""Reasons for not judging that several rules share."""

from typing import Final

from ingest.engine.findings.hit import Doubt

MORE_RECIPIENTS: Final = Doubt(
    "they had more recipients than the log names: the rest is not judged",
    lambda truth: truth.unnamed_recipients > 0,
)
