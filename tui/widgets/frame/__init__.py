"""The frame of every screen: mode bar, error panel, status line, lines of keys."""
