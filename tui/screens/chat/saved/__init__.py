"""Saved chats: listed, opened, begun anew, exported."""
