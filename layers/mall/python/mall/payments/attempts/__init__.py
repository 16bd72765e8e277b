"""Trying to pay: beginning an attempt at a channel, and asking the channels how attempts stand."""
