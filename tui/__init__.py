"""finetui: the whole life of a fine-tuned chat model, from the keyboard."""

__version__ = "0.1.0"
