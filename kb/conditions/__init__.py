"""Where an issue applies: predicates over facts, with three answers. Plain Python."""
