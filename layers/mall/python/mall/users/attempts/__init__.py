"""Attempts to prove oneself: counted, and slowed down where too many were wrong."""
