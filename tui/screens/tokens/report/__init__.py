"""The token report as plain data and text: figures, words, bars."""
