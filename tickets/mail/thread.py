"""Deciding to which case a message belongs: by its token, then by References, then by In-Reply-To, never by its words.

Whatever selects a case, the sender must be known to it: one of its contacts, or one of us. Where anything is unclear
(two tokens, a thread in two cases, several senders), the message waits for a person.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

TOKEN, REFERENCES, IN_REPLY_TO = "token", "references", "in_reply_to"

# Why a message waits.
NOTHING, SEVERAL_TOKENS, SEVERAL_CASES, STRANGER, NO_SENDER, SEVERAL_SENDERS = (
    "no-thread", "several-tokens", "several-cases", "sender-not-of-the-case", "no-sender", "several-senders",
)  # fmt: skip
REASONS = (NOTHING, SEVERAL_TOKENS, SEVERAL_CASES, STRANGER, NO_SENDER, SEVERAL_SENDERS)


@dataclass(frozen=True, slots=True)
class Letter:
    """What decides about one message. `key` names it among others; two can have the same `message_id`."""

    key: int
    message_id: str
    senders: tuple[str, ...]
    tokens: tuple[str, ...]
    references: tuple[str, ...]
    in_reply_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a message goes. `case` None: it waits, for `reason`; `selected` is the case that it named all the same."""

    case: int | None
    by: str = ""
    reason: str = ""
    selected: int | None = None


@dataclass(slots=True)
class Known:
    """What is known before: cases by token, the cases in which ids stand, and the addresses that a case knows."""

    cases_of_tokens: Mapping[str, int]
    cases_of_ids: dict[str, set[int]]
    addresses: Mapping[int, Collection[str]]

    def learn(self, message_id: str, case: int) -> None:
        """Note that a message stands in a case now."""
        if message_id:
            self.cases_of_ids.setdefault(message_id, set()).add(case)


def decide(letter: Letter, known: Known) -> Decision:
    """Return where one message goes, by what is known now."""
    case, by, reason = _selected(letter, known)
    if case is None:
        return Decision(None, reason=reason)
    if len(letter.senders) != 1:
        return Decision(None, by, SEVERAL_SENDERS if letter.senders else NO_SENDER, case)
    if letter.senders[0] not in known.addresses.get(case, ()):
        return Decision(None, by, STRANGER, case)
    return Decision(case, by)


def _selected(letter: Letter, known: Known) -> tuple[int | None, str, str]:
    """Return the case that a message names, by what, or why it names none."""
    named = {known.cases_of_tokens[token] for token in letter.tokens if token in known.cases_of_tokens}
    if named:
        return (named.pop(), TOKEN, "") if len(named) == 1 else (None, TOKEN, SEVERAL_TOKENS)
    by_references = _cases_of(letter.references, letter, known)
    by_reply = _cases_of(letter.in_reply_to, letter, known)
    found = by_references | by_reply
    if len(found) > 1:
        return None, REFERENCES, SEVERAL_CASES
    if found:
        return found.pop(), REFERENCES if by_references else IN_REPLY_TO, ""
    return None, "", NOTHING


def _cases_of(ids: Sequence[str], letter: Letter, known: Known) -> set[int]:
    """Return the cases in which the messages of some ids stand; a message is no answer to itself."""
    return {case for one in ids if one != letter.message_id for case in known.cases_of_ids.get(one, ())}


@dataclass(slots=True)
class _Threads:
    """Which messages of a batch wait for which others."""

    by_id: dict[str, list[Letter]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[int, list[Letter]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[int, int] = field(default_factory=dict)


def settle(letters: Sequence[Letter], known: Known) -> dict[int, Decision]:
    """Decide about a batch, in whatever order it comes; `known` learns what is decided.

    A message is decided once all that it answers are: so an answer that stands before its question in the archive goes
    where it would go behind it. What answers itself in a circle comes last, and is asked again as others are decided.
    """
    threads = _threads(letters)
    decisions: dict[int, Decision] = {}
    ready = deque(letter for letter in letters if not threads.waits[letter.key])
    while ready:
        letter = ready.popleft()
        _note(letter, known, decisions)
        for answer in threads.answers[letter.key]:
            threads.waits[answer.key] -= 1
            if not threads.waits[answer.key]:
                ready.append(answer)
    again = deque(letter for letter in letters if letter.key not in decisions)
    while again:
        letter = again.popleft()
        before = decisions.get(letter.key)
        if before and before.case is not None:
            continue
        _note(letter, known, decisions)
        if decisions[letter.key].case is not None:
            again.extend(one for one in threads.answers[letter.key] if one.key in decisions)
    return decisions


def _note(letter: Letter, known: Known, decisions: dict[int, Decision]) -> None:
    """Decide about a message, and remember where it stands."""
    decision = decide(letter, known)
    decisions[letter.key] = decision
    if decision.case is not None:
        known.learn(letter.message_id, decision.case)


def _threads(letters: Sequence[Letter]) -> _Threads:
    """Return which messages of a batch wait for which."""
    threads = _Threads()
    for letter in letters:
        if letter.message_id:
            threads.by_id[letter.message_id].append(letter)
    for letter in letters:
        asked = dict.fromkeys((*letter.references, *letter.in_reply_to))
        before = {one.key for name in asked for one in threads.by_id.get(name, ()) if one.key != letter.key}
        threads.waits[letter.key] = len(before)
        for key in before:
            threads.answers[key].append(letter)
    return threads
