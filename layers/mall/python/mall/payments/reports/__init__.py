"""What becomes of an intent and its attempts when a channel reports: the one place where money comes in."""
