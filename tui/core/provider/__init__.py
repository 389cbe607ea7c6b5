"""What a provider keeps and tells: files, models, transfers, addresses, keys."""
