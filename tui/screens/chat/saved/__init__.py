"""Saved chats: listed, opened, started, exported."""
