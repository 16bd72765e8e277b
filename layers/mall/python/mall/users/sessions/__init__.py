"""Sessions: one sign-in on one device, a family of refresh tokens of which only the last is good.

Owns the DynamoDB table `sessions`.
"""
