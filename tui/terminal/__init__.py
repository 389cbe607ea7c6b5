"""The terminal itself: the bytes it sends, its state, and giving it back however the program ends."""
