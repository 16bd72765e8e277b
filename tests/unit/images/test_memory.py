"""What a function remembers of pictures between its calls."""

from mall.images.sizes.memory import Memory


def keys(memory: Memory, *ids: str) -> list[str]:
    return [id for id in ids if memory.get(id, "x") is not None]


def test_what_was_not_used_for_longest_is_let_go_of_first() -> None:
    memory = Memory(100, seconds=10)
    for id in "abcd":
        memory.put(id, "x", bytes(25))
    memory.get("a", "x")

    memory.put("e", "x", bytes(25))

    assert keys(memory, *"abcde") == ["a", "c", "d", "e"]
    assert memory.size == 100


def test_promoted_pictures_are_let_go_of_last() -> None:
    memory = Memory(100, seconds=10)
    memory.pinned = frozenset("ab")
    for id in "abcdef":
        memory.put(id, "x", bytes(25))

    assert keys(memory, *"abcdef") == ["a", "b", "e", "f"]
    memory.pinned = frozenset("abef")
    memory.put("g", "x", bytes(25))
    assert memory.size <= 100


def test_the_same_file_again_takes_no_more_room() -> None:
    memory = Memory(100, seconds=10)
    for size in (10, 20, 15):
        memory.put("a", "x", bytes(size))

    assert memory.size == 15


def test_a_file_that_would_drive_out_most_others_is_not_kept() -> None:
    memory = Memory(100, seconds=10)

    memory.put("a", "x", bytes(26))

    assert (memory.get("a", "x"), memory.size) == (None, 0)


def test_what_there_is_not_is_remembered_shortly_and_forgotten_once_it_is_there() -> None:
    now = [0.0]
    memory = Memory(100, seconds=10, clock=lambda: now[0])
    memory.miss("a", "x")
    memory.miss("b", "x")
    memory.put("b", "x", b"1")

    found = []
    for now[0] in (9.9, 10.0):
        found.append((memory.absent("a", "x"), memory.absent("b", "x")))

    assert found == [(True, False), (False, False)]


def test_asking_for_what_there_is_not_fills_no_memory() -> None:
    memory = Memory(100, seconds=10)

    for number in range(10_050):
        memory.miss(str(number), "x")

    assert (memory.absent("0", "x"), memory.absent("10049", "x")) == (False, True)
