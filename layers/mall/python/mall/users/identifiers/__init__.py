"""Identifiers: the e-mail address and the phone number that lead to an account."""
