"""The terminal: its keys, colours, driver, and its state at any end."""
