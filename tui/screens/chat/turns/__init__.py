"""The turns of a chat: what each shows, editing them, and their branches."""
