"""``python -m cnnviz``: the same as the command ``cnnviz``."""

from cnnviz.cli import main

if __name__ == "__main__":
    main(prog_name="cnnviz")
