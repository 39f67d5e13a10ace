"""Log formats as data: one TOML file each, and the plain code that reads it. See `docs/adding-a-log-format.md`."""
