"""Sending to people. Never log what is sent: a message may hold a code or somebody's personal data."""

from mall.messages import store


def send(to: str, subject: str, text: str) -> None:
    """Send `text` to an e-mail address (with its `subject`) or to a phone number (E.164)."""
    if "@" in to:
        store.send_mail(to, subject, text)
    else:
        store.send_text(to, text)
