"""The turns of a chat: displayed, edited, branched."""
