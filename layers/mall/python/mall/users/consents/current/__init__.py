"""How a person's consents stand now, for whoever has to ask before acting: one read of the account item in DynamoDB.

A projection of the relational table `consent`: `functions/users/on_consent_changed.py` writes the attributes `consents`
(a map of kind to {given, policy_version, at}) and `consents_version` of the item (user id, "account") in the table
`users`. It is a moment behind the proof.
"""
