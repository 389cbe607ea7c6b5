"""`python -m tui.cli`: the command line without the installed script."""

import sys

from tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
