"""How the picture is shaken before each look: one item per file. Imports no torch."""
