"""What an answer is judged by, one kind a file: each gives error bars and a bound of what is left out."""
