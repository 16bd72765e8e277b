"""Signing in, and registering, which is the first time."""
