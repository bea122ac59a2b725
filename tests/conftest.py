"""Settings for all tests: one BLAS thread, and hypothesis with as many examples as each test says, never timed."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")    # before numpy is imported: on busy cores, threads make small SVDs crawl

from hypothesis import settings  # noqa: E402 - numpy may come with it

settings.register_profile("opsvd", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("opsvd")
