"""users (用户系统): accounts, sign-in, sessions, roles and staff, profiles, and what a person keeps with us.

Owns the DynamoDB tables `users` (accounts, the identifiers that lead to them, roles), `sessions` (families of refresh
tokens), `codes` (one-time codes and limits), `activity` (favourites, browsing history) and `api_keys` (merchants'
public keys), and the relational tables `address` and `consent`.

Decisions that bind others:
- A user's id carries the buyer slot, so whatever is sharded by buyer finds its shard from the user id alone.
- An identifier (e-mail address or phone number) is proven by a one-time code before anything is told about it, so no
  answer shows a stranger whether an account exists.
- An access token lives 15 minutes and is verified offline; ending a session ends its refresh token at once and its
  access token when it expires.
- Roles are data: a role names permissions, a staff account names roles, and a token carries the permissions that
  these gave when it was issued. Nobody can grant a permission they do not hold.
"""
