"""How long properties are tried: a little on every change, long every night (``HYPOTHESIS_PROFILE=nightly``)."""

import os

import pytest
from hypothesis import HealthCheck, settings

from ingest.engine.fast import intake as fast_intake

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("ci", max_examples=60, deadline=None, suppress_health_check=SLOW)
settings.register_profile("nightly", max_examples=5000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn from few lines, so that the rest goes the compiled way in small logs too."""
    monkeypatch.setattr(fast_intake, "FIRST_LINES", 8)
