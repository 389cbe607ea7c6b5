"""The examples behind a figure: those of a bar, those cut, the outliers, one token by token."""
