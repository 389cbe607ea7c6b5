"""The problems of the dataset: checked as it changes, listed by rule."""
