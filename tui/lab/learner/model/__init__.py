"""The model: its sizes, layers and weights, forward and backward, and how it is stored."""
