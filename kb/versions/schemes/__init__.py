"""One maker's versions a file; `kb/versions/registry.py` lists them."""
