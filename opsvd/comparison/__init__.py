"""Where quadrature and sampling meet."""
