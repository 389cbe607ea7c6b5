"""Export, split and compare."""
