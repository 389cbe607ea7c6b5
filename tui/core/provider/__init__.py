"""A provider's things as plain data: files, models, transfers, addresses, keys."""
