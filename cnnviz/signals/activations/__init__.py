"""Activation functions, one per file; each registers itself."""
