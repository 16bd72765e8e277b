"""People with accounts, for the operations that have them prove who they are."""

from tests.functional.users.conftest import passing, people

__all__ = ["passing", "people"]
