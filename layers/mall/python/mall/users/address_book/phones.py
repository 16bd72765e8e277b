"""Phone numbers of recipients in their one normal form. phonenumbers costs 40 ms of import, so only writes pay it."""

from mall import errors


class NotAPhoneNumber(errors.Invalid):
    message = "This is not a phone number. Give one from abroad with its country code, e.g. +44 20 7946 0958."


def normalized(text: str, country: str) -> str:
    """The number in E.164; one without a country code is of `country` (ISO 3166-1). Raises NotAPhoneNumber."""
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise NotAPhoneNumber from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise NotAPhoneNumber
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
