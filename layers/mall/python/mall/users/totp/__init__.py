"""The authenticator app (TOTP, RFC 6238): set up, asked for at sign-in, taken away."""
