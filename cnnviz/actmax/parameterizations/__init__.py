"""How the picture is written down, in space and in colour: one item per file. Imports no torch."""
