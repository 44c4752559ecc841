"""Texts and links that no page asks for: what a careless or a mischievous visitor may send."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

TITLE = "naughty"  # what a script among these would write into the title of the window
NAUGHTY: tuple[str, ...] = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/shadow",
    "file:///etc/passwd",
    "~/.ssh/id_rsa",
    "%2e%2e%2f%2e%2e%2fetc",
    "con",
    f"<script>document.title='{TITLE}'</script>",
    f"<img src=x onerror=\"document.title='{TITLE}'\">",
    f"\"><svg onload=document.title='{TITLE}'>",
    f"';document.title='{TITLE}';'",
    f"</style><script>alert('{TITLE}')</script>",
    f"[press](javascript:document.title='{TITLE}')",
    "![seen](http://192.0.2.1/x.png)",
    ":red[red] :material/delete: :smile: $x^2$ **bold** `code` # head\n- item",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "%s%n%x%d",
    "{0.__class__.__mro__}",
    "{{7*7}}${7*7}#{7*7}<%= 7*7 %>",
    "'; DROP TABLE runs; --",
    "1 OR 1=1",
    "__import__('os').system('touch /tmp/naughty')",
    "().__class__.__bases__[0].__subclasses__()",
    "$(touch /tmp/naughty)`touch /tmp/naughty`",
    '=HYPERLINK("http://192.0.2.1","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\N{PILE OF POO}\N{ZERO WIDTH JOINER}\N{FLEXED BICEPS}\N{EMOJI MODIFIER FITZPATRICK TYPE-6}",
    "abc\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "שלום مرحبا",
    "Z͑ͫ̓a̴l͖g͉o",
    "٣",
    "²",
    "\x00",
    "a\x00b",
    "\x1b[31m\x07\x08\x7f\r\n\t",
    "\ufeff\N{ZERO WIDTH SPACE}\N{LINE SEPARATOR}\uffff",
    "",
    " ",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "-1",
    "0",
    "1e400,1e400",
    "9" * 400,
    "0x10",
    "1_000",
    "1/0",
    "True",
    "None",
    "null",
    "undefined",
    "[]",
    "[1,2",
    '{"a": {"b": []}}',
    "(" * 3000,
    "[" * 3000,
    "9**9**9**9",
    "9" * 5000,
    "x" * 100_000,
    "<b>" * 2000,
)
BROKEN = ("%", "%zz", "%c3%28", "%ff%fe", "%ed%a0%80", "%00", "a=b=c", "+", "%u0041")
STRANGE = (
    "__proto__",
    "constructor",
    "cnnviz.viewer",
    "cnnviz.kept",
    "cnnviz.defaults",
    "embed",
    "a b",
    "<script>",
    "",
)
RUNS = ("0" * 12, "f" * 12, "../../runs", "/var", "a" * 40, "run-000000000000@3", "own-" + "0" * 12, "a,b,c,d,e,f")
PICTURES = ("photo", "upload", "0" * 64, "sample:cat", "../cat.webp", "cat.webp")
NUMBERS = ("-1", "10000000", "0.5", "1e999", "NaN", "999,999,999", "-1,-1,-1", "1,2", "0,0,0,0")


def value(random_: random.Random, default: Any) -> str:
    """What a link may say of a control: nonsense, a number out of range, or something that may well be right."""
    kind = random_.randrange(6)
    if kind == 0:
        return random_.choice(NUMBERS)
    if kind == 1:
        return random_.choice(RUNS + PICTURES)
    if kind == 2 and isinstance(default, (int, float)) and not isinstance(default, bool):
        return str(default + random_.choice((-1, 1)) * 10 ** random_.randrange(-3, 20))
    if kind == 3:
        return "".join(
            chr(random_.choice((random_.randrange(32, 127), random_.randrange(160, 50_000)))) for _ in range(9)
        )
    if kind == 4:
        return str(default)
    return random_.choice(NAUGHTY)


def link(random_: random.Random, controls: Mapping[str, Any], others: Sequence[str]) -> str:
    """A query string: controls of the page and of other pages, some twice, some encoded wrongly."""
    parts = []
    for _ in range(random_.choice((1, 1, 2, 3, 8, 40))):
        own = list(controls) if controls and random_.random() < 0.8 else [*others, *STRANGE]
        key = random_.choice(own)
        text = quote(value(random_, controls.get(key, "")), safe="")
        broken = random_.random() < 0.1
        parts.append(f"{quote(key)}={random_.choice(BROKEN) if broken else text}")
        if random_.random() < 0.1:
            parts.append(f"{quote(key)}={quote(random_.choice(NUMBERS))}")
        if random_.random() < 0.05:
            parts.append(random_.choice((quote(key), "&&&", "=", "=x", ";", "#", "?")))
    return "&".join(parts)


def says(text: str, value: Any) -> bool:
    """Whether a control that holds ``value`` is as the link with ``text`` asked. In decimals: the page uses floats."""
    if isinstance(value, bool):
        return {"true": True, "false": False}.get(text.lower()) is value
    if isinstance(value, (int, float)):
        try:
            asked = Decimal(text)
        except InvalidOperation:
            return False
        return asked.is_finite() and abs(asked - Decimal(value)) <= Decimal("1e-9") * max(1, abs(Decimal(value)))
    return text == value
