"""Ways to draw the first weights, one family per file; each registers itself."""
