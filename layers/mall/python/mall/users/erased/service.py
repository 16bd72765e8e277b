"""What other subsystems ask of the list of those who were erased."""

from mall import sql
from mall.users.erased import store


def lock(session: sql.Session, user_id: str) -> None:
    """Let nobody else who locks this person go on before this transaction ends. Raises AccountClosed.

    Whoever stores something new of a person does this first, see `mall.users.erased`.
    """
    store.lock(session, user_id)
