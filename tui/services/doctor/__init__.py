"""Look at this machine and at every profile, changing nothing."""
