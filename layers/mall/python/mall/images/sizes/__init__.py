"""Pictures in other sizes than those that every picture has: made once, when they are first asked for."""
