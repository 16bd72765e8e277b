"""What an operator does about an exception."""
