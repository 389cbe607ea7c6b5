"""What a model is asked with: parameters, answer format, tools."""
