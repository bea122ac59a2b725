"""Settings of hypothesis for all tests: examples are as many as each test says, and never timed."""

from hypothesis import settings

settings.register_profile("opsvd", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("opsvd")
