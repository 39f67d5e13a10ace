"""Firmware versions: their order, their trains, their ranges. Plain Python: no Django, no I/O, no clock."""
