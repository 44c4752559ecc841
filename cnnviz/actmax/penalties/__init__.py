"""What a picture should not be: terms that look at the picture alone and are subtracted. Imports no torch."""
