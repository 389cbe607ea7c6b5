"""Where the user was when the program ended, and which running program keeps it."""
