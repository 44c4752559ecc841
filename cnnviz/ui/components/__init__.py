"""Browser-side components: a Python file with its JavaScript and style beside it; no build step, no outside request."""
