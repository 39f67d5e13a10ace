"""The compiled engine for large logs. Its answer is that of the plain one, which stays as the oracle."""

import os
from typing import Final

GIVEN: Final = "ENGINE_CODE"  # in the environment of a reading: the folder of the object code that it is handed
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start a thread for each core, and needs none here
