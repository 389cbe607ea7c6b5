"""Examples and datasets as data: decoding, editing, comparing, splitting."""
