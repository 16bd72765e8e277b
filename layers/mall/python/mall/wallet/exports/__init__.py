"""What a person gets of their wallet in the copy of their data."""
