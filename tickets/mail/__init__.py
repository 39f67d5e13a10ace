"""Mail as it is: one message read, an archive split, the case of each decided. Plain Python, for any bytes."""
