"""The network ledger's lecture: what is counted, the picture with its table, what stands below, and side questions."""

from cnnviz.ui.counting import accounts, counted, examples, questions, table

__all__ = ["accounts", "counted", "examples", "questions", "table"]
