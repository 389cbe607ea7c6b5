"""A worker process of a pool, for `runpy`: its module itself has been imported already."""

from tui.services.worker import main

main()
