"""Events as a table: one row a line that was read, in Parquet, for detectors and for whoever asks the log something.

Nothing outside this folder and `ingest/engine/detectors/` imports Polars: that takes longer than to read a small log.
"""
