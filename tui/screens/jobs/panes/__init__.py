"""The panes of the Jobs screen, and how jobs and their events are put into words."""
