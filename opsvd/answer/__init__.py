"""Which values are given, the status in words, and the result."""
