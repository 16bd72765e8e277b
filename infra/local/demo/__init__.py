"""What the demonstration mall sells: merchants, categories, brands and goods of our own invention, and pictures."""
