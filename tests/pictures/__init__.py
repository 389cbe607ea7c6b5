"""Pictures of every mode for the README, drawn by the app itself: `python -m tests.pictures`."""
