"""Whose turn it is, what is due, and what was promised (docs/whose-turn.md). Plain Python."""
