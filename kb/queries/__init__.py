"""Reading what we know; one noun a file."""
