"""Charts drawn with characters: histograms and curves, their bars, axes and scales."""
