"""The order of what was found: how much each reason weighs, and the best first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["case", "issue"]
MOST_SHOWN: Final = 10
# The title weighs by how alike it is, from nothing to this.
TITLE: Final = 50
WEIGHTS: Final = {
    "error_text": 100,
    "error_words": 60,
    "rule": 40,
    "version": 20,
    "version_unknown": 8,
    "product": 4,
}


@dataclass(slots=True)
class Hit:
    """A case or an issue, by its id, and why it is offered: each reason with its detail (a form, words, a rule)."""

    kind: Kind
    id: int
    reasons: dict[str, str] = field(default_factory=dict)
    likeness: float = 0.0

    @property
    def score(self) -> float:
        """How much the reasons weigh together."""
        return sum(WEIGHTS.get(reason, 0) for reason in self.reasons) + TITLE * self.likeness

    def add(self, reason: str, detail: str = "") -> None:
        """Note a reason; the same error text says more than a part of its words."""
        if reason == "error_words" and "error_text" in self.reasons:
            return
        if reason == "error_text":
            self.reasons.pop("error_words", None)
        self.reasons.setdefault(reason, detail)


def best_first(hits: Iterable[Hit]) -> list[Hit]:
    """Return what was found, the best first; known issues before cases of the same weight, the newest first."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.kind != "issue", -hit.id))
