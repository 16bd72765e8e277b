"""The ways to pay that people are offered; whoever only asks for them needs no database."""
