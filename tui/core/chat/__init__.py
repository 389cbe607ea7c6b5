"""Chats as plain data: request parameters, answers, and the tree of a conversation."""
