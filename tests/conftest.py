"""Settings for all tests: one BLAS thread, and hypothesis with as many examples as each test says, never timed."""

import os
import zlib

import pytest

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")    # before numpy is imported: on busy cores, threads make small SVDs crawl

from hypothesis import settings  # noqa: E402 - numpy may come with it

settings.register_profile("opsvd", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("opsvd")


def pytest_addoption(parser):
    """For what few rows of each test tell as well, as whether other versions of what we import will do."""
    parser.addoption("--one-row-of", type=int, default=1, metavar="N",
                     help="run the first row of each parametrised test, and about one in N of the others")


@pytest.hookimpl(trylast=True)    # of those that -m leaves
def pytest_collection_modifyitems(config, items):
    """Leave out rows by their names, so that tests of the same rows keep the same, and share what they decompose."""
    kept, left_out, seen = [], [], set()
    for item in items:
        test, _, row = item.nodeid.partition("[")
        keep = test not in seen or zlib.crc32(row.encode()) % config.getoption("one_row_of") == 0
        (kept if keep else left_out).append(item)
        seen.add(test)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)
