"""The formats there are, a module each: how their rows are read and written."""
