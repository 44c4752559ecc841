"""What can be climbed: one kind of term per file. Imports no torch."""
