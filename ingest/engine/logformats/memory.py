"""What earlier lines said that later ones need: the recipient behind a number, the client of a connection."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

MOST: Final = 100_000  # things remembered; of more those go of which nothing was said for longest, and lines that need
# them say that they are not known. As many of those are known to have gone: what is said of them later is not all.
MOST_FACTS: Final = 1000  # of one thing
HOPS: Final = 4


class Memory:
    """Facts by what they are of (a message, a connection) and name; what one is a copy of is asked, too.

    An empty value is a fact that nobody can read, and stands for those that were too many to keep. What is forgotten is
    the first of an ordered dict: to find that in a plain one it walks over all that were taken out before.
    """

    def __init__(self) -> None:
        self._facts: OrderedDict[str, dict[str, str]] = OrderedDict()
        self._more: set[str] = set()  # what has more facts than are kept
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._origins: OrderedDict[str, str] = OrderedDict()

    def keep(self, of: str, name: str, value: str) -> None:
        """Note a fact; the last one said of a name counts."""
        facts = self._facts.get(of)
        if facts is None:
            facts = self._facts[of] = {}
            if of in self._gone:
                del self._gone[of]
                self._more.add(of)
            if len(self._facts) > MOST:
                self._forget()
        else:
            self._facts.move_to_end(of)
        if len(facts) < MOST_FACTS or name in facts:
            facts[name] = value
        else:
            self._more.add(of)

    def keep_all(self, facts: Iterable[tuple[str, str]], name: str) -> None:
        """Note facts of one name, each of another thing or not: `keep`, for each in their order."""
        held, gone = self._facts, self._gone
        for of, value in facts:
            if of in held or of in gone:
                self.keep(of, name, value)
                continue
            held[of] = {name: value}
            if len(held) > MOST:
                self._forget()

    def _forget(self) -> None:
        """Forget that of which nothing was said for longest."""
        of, _ = self._facts.popitem(last=False)
        self._more.discard(of)
        self._gone[of] = None
        if len(self._gone) > MOST:
            self._gone.popitem(last=False)

    def copied(self, of: str, origin: str) -> None:
        """Note that one thing is a copy of another: facts that it lacks are the other's."""
        self._origins[of] = origin
        if len(self._origins) > MOST:
            self._origins.popitem(last=False)

    def ask(self, of: str, name: str) -> list[str]:
        """Values of a name, of the thing itself or of what it is a copy of; empty where no line said any.

        ``RID *`` asks for all names that begin so; one value is empty when there were more than are kept.
        """
        for _ in range(HOPS):
            facts = self._facts.get(of, {})
            if name[-1:] == "*":
                values = [value for one, value in facts.items() if one.startswith(name[:-1])]
                values += [""] if of in self._more else []
            else:
                values = [facts[name]] if name in facts else []
            if values or of not in self._origins:
                return values
            of = self._origins[of]
        return []

    def knows(self, of: str) -> bool:
        """Whether anything was said of a thing, or of one that it is a copy of: if not, `ask` has no answer."""
        return of in self._facts or of in self._origins or of in self._more
