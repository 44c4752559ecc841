"""One augmentation per file; each registers itself."""
