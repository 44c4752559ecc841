"""Measurements: ``make bench`` prints one JSON object per line; ours, the peer and the limit in one run."""
