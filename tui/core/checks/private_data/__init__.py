"""Rules on secrets and personal data, and the search for them in lines of any shape."""
