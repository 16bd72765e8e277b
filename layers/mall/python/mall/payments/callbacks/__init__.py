"""Callbacks of the channels: what they tell us unasked, taken in exactly once."""
