"""Which model is asked, and what there is to choose from."""
