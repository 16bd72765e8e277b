"""Merchants' keys: the public halves of the Ed25519 keys with which their programs sign calls (`mall.signature`)."""
