"""The log of the program: written to the platform's log folder, and read again."""
