"""Token counts of whole files: counted in worker processes, cached, reported with their cost."""
