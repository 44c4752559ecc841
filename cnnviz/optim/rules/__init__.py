"""One update rule per file."""
