"""Profiles: what a person tells of themselves."""
