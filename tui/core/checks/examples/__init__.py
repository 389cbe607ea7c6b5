"""Rules on one line: damage, structure, messages, order, preference pairs, writing."""
