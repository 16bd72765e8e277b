"""Deadlines of trades and orders: rows with a version, which a sweep finds by their index.

One row a subject and kind. Setting it again makes a new version; whoever acts on a deadline names the version that it
acts on, so a timer that was set for an older one does nothing. `look_at` is when the sweep looks at it: first when it
is due, then again with growing pauses for as long as acting on it fails.
"""
