"""The program's log, on the screen."""
