"""cnnviz: convolutional networks, from the arithmetic of one window to the pixels that made a network say "dog"."""
