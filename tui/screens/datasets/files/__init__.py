"""Opening, saving and watching the file of the dataset."""
