"""Training networks: recipes, batches and the loop."""
