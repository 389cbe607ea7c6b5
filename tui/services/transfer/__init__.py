"""Data in and out: foreign formats imported, examples exported, datasets split."""
