"""The panes of Datasets: the list of examples, and one example as a conversation."""
