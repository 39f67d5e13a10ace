"""What it costs: databases of a known size, and figures measured on them (docs/benchmarks.md)."""
