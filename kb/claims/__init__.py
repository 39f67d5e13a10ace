"""Who said what about an issue, and where each party stands. Plain Python."""
