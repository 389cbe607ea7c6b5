"""How much of a file is looked at to tell its format."""

HEAD = 64 * 1024  # bytes, or characters, from the beginning
ROWS = 200  # or lines of text
