"""Reviews, flags and take-downs: what the platform does with merchants' products."""
