"""What every part of the library needs and none is about: budgets, checks of arguments, files, threads, the one SVD."""
