"""Keeping jobs current: one poller a profile, at a pace that follows what runs."""
