"""A refusal: one sentence for the person at the terminal that says what is wrong and how to cure it."""

import sys


class Refusal(Exception):
    """Raised where nothing can be done; shown as one sentence, never as a traceback."""

    def __init__(self, sentence: str, exit_code: int = 2) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def say(words: str) -> None:
    """Tell the person at the terminal.

    A terminal that went away is no reason to stop the database untidily.
    """
    try:
        print(f"zenrei: {words}", file=sys.stderr, flush=True)
    except OSError:
        return
