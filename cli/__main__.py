"""The command line as a file that any Python runs, from whatever folder: `python cli/__main__.py verify`."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).absolute().parent.parent)

from cli.main import main  # noqa: E402  (found only by the line above)

if __name__ == "__main__":
    sys.exit(main())
