"""Models at the provider: bases, fine-tuned ones with their origin, whether they answer yet."""
