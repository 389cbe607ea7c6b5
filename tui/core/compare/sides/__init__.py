"""A few answers to one prompt beside each other, and what becomes of them."""
