"""What a token report shows, as plain data and text: figures, words, bars, lists of examples."""
