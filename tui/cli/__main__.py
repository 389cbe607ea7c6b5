"""`python -m tui.cli`: the command line without the installed script."""

import sys

from tui.cli import main

sys.exit(main())
