"""What a black box turns out to be: where it lives, its structure, its slices, and where it breaks."""
