"""What the tests of all rungs share. The fixtures themselves are in `tests/fixtures`, one file a thing."""

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
