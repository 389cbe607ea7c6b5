"""Which rows are shown and marked: filter, marks, frequency table."""
