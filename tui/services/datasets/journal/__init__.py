"""The journal of a dataset: every edit on disk before it counts as done, and what recovers it."""
