"""The race as one HTML file for the slides: the component itself, with a host that listens to nobody."""

from __future__ import annotations

import html
import json
import re

from cnnviz.ui.components.race import Scene, View, javascript, message
from cnnviz.ui.components.source import style

# nothing is fetched, whatever the file contains
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_LOOK = """
:root { color-scheme: light dark; --st-text-color: #1D2329; --st-background-color: #FFFFFF; --st-primary-color: #0072B2;
  --st-secondary-background-color: #F3F5F7; --st-border-color: #D5DBE1; --st-font: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --st-text-color: #E6EAEE; --st-background-color: #14181C;
  --st-primary-color: #56B4E9; --st-secondary-background-color: #1F252B; --st-border-color: #3A434C; } }
body { margin: 0; padding: 1rem; background: var(--st-background-color); color: var(--st-text-color);
  font-family: var(--st-font); }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
main { max-width: 90rem; margin: 0 auto; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main id="host"><h1>{title}</h1><div class="race"></div></main>
<script type="module">
{script}
const data = {data};
show({{ data, parentElement: document.getElementById("host"), setStateValue() {{}}, setTriggerValue() {{}} }});
</script>
</body>
</html>
"""


def race_page(scene: Scene, *, step: int | None = None, runner: int = 0) -> str:
    """A page that needs no server and no network: open it from a folder, and drag the start."""
    return _PAGE.format(
        policy=_POLICY,
        title=html.escape(scene.label or scene.title),
        style=_LOOK + style("race"),
        script=_inside_script(javascript().replace("export default function", "const show = function", 1)),
        data=_inside_script(json.dumps(message(scene, View(scene.start, step, runner)))),
    )


def _inside_script(text: str) -> str:
    r"""JavaScript that cannot end its element: there ``<`` is written ``\x3c``, in a string or comment.

    Only what HTML reads there is touched: the end of the script, and a comment that would hide that end.
    """
    return re.sub(r"<(?=/script|!--|script)", r"\\x3c", text, flags=re.IGNORECASE)
