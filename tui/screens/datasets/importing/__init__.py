"""Import of data in other formats."""
