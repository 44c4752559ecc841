"""Scores and loss of a linear classifier: W·x + b, softmax, cross-entropy and its gradient, in numpy alone."""
