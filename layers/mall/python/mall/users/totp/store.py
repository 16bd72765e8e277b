"""The secrets of authenticator apps, encrypted by a key that only the functions of this subsystem may use."""

import base64

from mall import aws, config


def encrypt(user_id: str, secret: str) -> str:
    """`secret` as only KMS can read it, bound to this person."""
    answer = aws.client("kms").encrypt(
        KeyId=config.key("personal"), Plaintext=secret.encode(), EncryptionContext={"user_id": user_id}
    )
    return base64.b64encode(answer["CiphertextBlob"]).decode()


def decrypt(user_id: str, encrypted: str) -> str:
    """What `encrypt` was given."""
    answer = aws.client("kms").decrypt(
        KeyId=config.key("personal"),
        CiphertextBlob=base64.b64decode(encrypted),
        EncryptionContext={"user_id": user_id},
    )
    return bytes(answer["Plaintext"]).decode()
