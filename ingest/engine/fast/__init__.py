"""The compiled engine for large logs. Its answer is that of the plain one, which stays as the oracle."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start a thread for each core, and needs none here
