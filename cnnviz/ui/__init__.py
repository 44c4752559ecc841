"""What every page is made of: the lecture's frame, controls, state, caches and browser components. Imports no torch."""
