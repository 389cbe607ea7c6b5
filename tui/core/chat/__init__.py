"""Chats as plain data: what is asked with, what came, and the tree of a conversation."""
