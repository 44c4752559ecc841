"""The networks whose ledgers can be read: one file per family, found by looking."""
