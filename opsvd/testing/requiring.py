"""How checks speak."""


def require(truth: bool, message: str) -> None:
    """Raise AssertionError with the message unless something holds."""
    if not truth:
        raise AssertionError(message)
