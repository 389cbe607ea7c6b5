"""Rules on plain data: no files, no network, no event loop, no screen."""
