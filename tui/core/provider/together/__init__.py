"""Together's objects in OpenAI's shape, and requests of OpenAI's shape in Together's."""
