"""Write only the cells that changed, as fast as the line takes them.

Textual paints regions: a key that changes two words writes whole rows again. Here what it paints
goes into a canvas, is compared with what the terminal shows, and only the difference is written;
what has only moved up or down is scrolled by the terminal.
While the line is busy nothing is written at all: what has become out of date meanwhile never is.
One switch turns it off (`tui.terminal.cells.switch`); on and off show the same.
"""
