"""Signs beyond ASCII, and what is written where they cannot be."""

import sys


def plus_minus() -> str:
    """Return the sign of an error bar, or ``+-`` if standard output cannot write it."""
    sign = "\N{PLUS-MINUS SIGN}"
    try:
        sign.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "+-"
    return sign
