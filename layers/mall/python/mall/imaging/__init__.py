"""Pictures that strangers sent: told by their content, bounded before they are decoded, decoded where it does no harm.

A tool of the subsystems that take pictures in (`images`, `users.avatars`). `decoding` and `making` need Pillow, which
is in the imaging layer only, so what imports them is itself imported inside the functions that have that layer.
"""
