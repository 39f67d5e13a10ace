"""What the tests of cases use beside the people."""

from tests.common.conftest import in_threads

__all__ = ["in_threads"]
