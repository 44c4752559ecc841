"""A component as a file of its own: HTML that needs neither server nor network, to be put into slides."""

from __future__ import annotations

import html as escaping
import json
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --st-text-color: light-dark(#1f2933, #e8edf2); --st-primary-color: #0072b2;
  --st-background-color: light-dark(#fff, #14181c); --st-secondary-background-color: light-dark(#f2f4f7, #232a31); }}
body {{ margin: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--st-text-color);
  background: var(--st-background-color); }}
{css}</style></head>
<body><main>{html}</main>
<script type="application/json" id="data">{data}</script>
<script type="module">{js}
drawn_here({{ data: JSON.parse(document.getElementById("data").textContent),
  parentElement: document.querySelector("main"), setStateValue() {{}}, setTriggerValue() {{}} }});
</script></body></html>
"""


def document(title: str, *, html: str, css: str, js: str, data: Any) -> bytes:
    """The component of those parts as an HTML file that shows ``data``; clicks that ask the server do nothing."""
    text = json.dumps(data).replace("<", "\\u003c")  # so that no text can end the script
    code = js.replace("export default function", "const drawn_here = function", 1)
    return _PAGE.format(title=escaping.escape(title), css=css, html=html, data=text, js=code).encode()
