"""The checks of datasets and of files before they are sent: run off the loop, kept current."""
