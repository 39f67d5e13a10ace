"""Exit codes by which a limited child says why it died; no command of `zenrei` uses them."""

from typing import Final

OUT_OF_MEMORY: Final = 71
PARENT_GONE: Final = 72
FILE_TOO_LARGE: Final = 73
NOT_SET_UP: Final = 74
CRASHED: Final = 75
