"""The story that the product was made for, as a case: what a new installation shows first."""
