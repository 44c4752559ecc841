"""One landscape per file."""
