"""Text and JSON as text: safe to show, masked, compared word by word."""
