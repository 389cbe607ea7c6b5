"""The dialogs of profiles: the list of them, the form of one, and the key that is typed."""
