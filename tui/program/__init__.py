"""What the app does for all modes, a controller each: opening, profiles, copying, leaving."""
