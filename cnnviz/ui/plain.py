"""A text of a user inside a sentence of ours: shown as it was written, never as markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~$])")
# what a spreadsheet reads as a formula, at the start of a cell or behind what some country's takes for its end
_FORMULA = re.compile(r"(^|[,;|])(\s*)(?=[=+\-@＝＋－＠])")
_QUOTED = re.compile(r"“.*”|'.*'", re.DOTALL)


def plain(text: str) -> str:
    """``text`` so that markdown shows every character of it: no link, picture, colour, icon or formula."""
    # an icon or emoji is looked for after the escapes are gone, so its colon is set apart
    return _MARKS.sub(r"\\\1", text).replace(":", ":\N{WORD JOINER}")


def quoted(sentence: object) -> str:
    """A sentence of ours in which what stands between quotation marks is somebody else's."""
    return _QUOTED.sub(lambda found: plain(found[0]), str(sentence))


def cell(text: str) -> str:
    """``text`` to stand between quotation marks in comma-separated values: no program that opens them computes it."""
    shown = "".join(c if c.isprintable() else " " for c in text).replace('"', "'")
    return _FORMULA.sub(r"\1\2'", shown.strip())
