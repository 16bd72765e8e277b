"""The fields that several of the users' schemas have in common. Descriptions are part of the API contract."""

from typing import Annotated

from pydantic import Field, SecretStr

IdentifierText = Annotated[
    str, Field(min_length=3, max_length=254, description="An e-mail address, or a phone number (China's without +86).")
]
Code = Annotated[SecretStr, Field(min_length=6, max_length=6, description="The six digits that were sent.")]
Password = Annotated[SecretStr, Field(min_length=8, max_length=128)]
PresentPassword = Annotated[SecretStr, Field(min_length=1, max_length=128)]
TotpCode = Annotated[
    SecretStr, Field(min_length=6, max_length=16, description="Six digits of the app, or a recovery code.")
]
