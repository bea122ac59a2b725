"""The operator as blocks between orthonormal bases, and its singular functions."""
