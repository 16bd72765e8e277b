"""What takes a person: a wrong amount, money that we know nothing of. Kept until an operator resolves it."""
