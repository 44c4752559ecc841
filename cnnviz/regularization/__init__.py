"""What keeps a network from learning its examples by heart: dropout, weight decay, early stopping, an honest split."""
