"""The terminal itself: what it sends, its state, and giving it back at any end."""
