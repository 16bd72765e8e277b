"""What begins and ends by itself, and what follows from changes of categories and merchants."""
