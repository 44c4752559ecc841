"""The *Copy link* button."""

from __future__ import annotations

from cnnviz.ui.components.source import component, script, style

_mount = component(
    "link",
    html='<button type="button" title="Copy the address of this page, with everything that is set on it">'
    '<output aria-live="polite">Copy link</output></button>',
    css=style("link"),
    js=script("link"),
)


def copy_link() -> None:
    """Draw the button that copies the page's address."""
    _mount(key="copy-link", width="content")
