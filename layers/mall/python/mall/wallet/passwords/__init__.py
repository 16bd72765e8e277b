"""Setting a payment password, with proof of who asks. Checking one is `wallet.service`, which knows no account."""
