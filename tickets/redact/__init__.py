"""Evidence packs: the fewest lines that prove a point, with pseudonyms for all that names somebody. Plain Python."""
