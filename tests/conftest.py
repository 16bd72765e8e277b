"""What the tests of all rungs share. The fixtures themselves are in `tests/fixtures`, one file a thing."""

from hypothesis import settings

# How long an example takes says more of the machine's other work than of the example.
settings.register_profile("mall", deadline=None)
settings.load_profile("mall")

pytest_plugins = [
    "tests.fixtures.postgres",
    "tests.fixtures.aws",
    "tests.fixtures.logs",
    "tests.fixtures.races",
    "tests.fixtures.turns",
    "tests.fixtures.crowds",
    "tests.fixtures.contracts",
    "tests.fixtures.loopback",
    "tests.fixtures.paying",
    "tests.fixtures.providers",
]
