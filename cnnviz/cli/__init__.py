"""The command line: ``cnnviz COMMAND``, one module of this package per command.

A module that has a ``command`` is a command of that name. It is imported when it is asked for, and imports torch only
when it runs, so ``cnnviz --help`` answers at once.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import click

from cnnviz.cli.errors import one_sentence


class Commands(click.Group):
    """The commands of this package, found by looking; every error of ours ends in one sentence and exit status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the modules that have a ``command``."""
        return [name for name in _modules() if self.get_command(ctx, name) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Import the module of that name, if there is one, and return its ``command``."""
        if cmd_name not in _modules():
            return None
        found: click.Command | None = getattr(importlib.import_module(f"{__name__}.{cmd_name}"), "command", None)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the user got wrong is told without the usage lines around it."""
        try:
            with one_sentence():
                return super().invoke(ctx)
        except click.UsageError as error:
            error.ctx = None
            raise


def _modules() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(__path__)]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cnnviz", message="%(prog)s %(version)s")
def main() -> None:
    """Interactive lectures on convolutional neural networks, and the same computations from the shell."""
