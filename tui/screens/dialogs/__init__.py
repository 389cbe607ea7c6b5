"""Dialogs that several modes use. Each answers exactly once; esc answers with nothing."""
