"""Run the command line: ``python -m opsvd "tanh(x*y)"``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
