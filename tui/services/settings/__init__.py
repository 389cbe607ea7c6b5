"""What the user has set: profiles and keys, locations on disk, presets, saved filters."""
