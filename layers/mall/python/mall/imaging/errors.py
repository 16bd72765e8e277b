"""Why a file does not become a picture."""

from mall import errors


class NotAPicture(errors.Invalid):
    message = "This file is not a JPEG, PNG or WebP picture, or it is damaged."


class TooManyBytes(NotAPicture):
    message = "This file is too large."


class TooManyPixels(NotAPicture):
    message = "This picture has too many pixels."


class TooManyFrames(NotAPicture):
    message = "This is a film rather than a picture."


class TooHard(NotAPicture):
    """It looked harmless and took more time or memory than any picture needs, or brought the decoder down."""

    message = "This picture takes too much time or memory to be shown."
