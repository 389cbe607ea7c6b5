"""What is shipped beside the code: the model catalogue, samples, token tables."""
