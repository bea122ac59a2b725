"""What a finite sampled matrix must look like."""
