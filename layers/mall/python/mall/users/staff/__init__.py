"""Staff: those who work for the platform or for a merchant, and what they may do."""
