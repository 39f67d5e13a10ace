"""What earlier lines said that later ones need: the recipient behind a number, the client of a connection."""

from typing import Final

MOST: Final = 200_000  # facts kept; of more the oldest go, and lines that need them say that they are not known
HOPS: Final = 4


class Memory:
    """Facts by what they are of (a message, a connection) and name; what one is a copy of is asked, too."""

    def __init__(self) -> None:
        self._facts: dict[tuple[str, str], str] = {}
        self._origins: dict[str, str] = {}

    def keep(self, of: str, name: str, value: str) -> None:
        """Note a fact; the last one said of a name counts."""
        self._facts.pop((of, name), None)
        self._facts[of, name] = value
        if len(self._facts) > MOST:
            del self._facts[next(iter(self._facts))]

    def copied(self, of: str, origin: str) -> None:
        """Note that one thing is a copy of another: facts that it lacks are the other's."""
        self._origins[of] = origin
        if len(self._origins) > MOST:
            del self._origins[next(iter(self._origins))]

    def ask(self, of: str, name: str) -> str | None:
        """A fact, of the thing itself or of what it is a copy of; None where no line said it."""
        for _ in range(HOPS):
            if (value := self._facts.get((of, name))) is not None:
                return value
            if of not in self._origins:
                return None
            of = self._origins[of]
        return None
