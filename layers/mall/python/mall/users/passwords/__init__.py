"""Passwords: changed, reset, and asked for again before what a stolen access token must not do."""
