"""What a function remembers between its calls: the files that were asked for last, and what there is not."""

import time
from collections import OrderedDict
from collections.abc import Callable


class Memory:
    """The most recently used files within `most` bytes; those of pinned pictures are let go last.

    `absent` remembers for `seconds` that there is no such file, so that it is not looked for at each request.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._files: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._absent: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._size = 0
        self.pinned: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._size

    def get(self, id: str, name: str) -> bytes | None:
        """The file, if it is kept."""
        file = self._files.get((id, name))
        if file is not None:
            self._files.move_to_end((id, name))
        return file

    def put(self, id: str, name: str, file: bytes) -> None:
        """Keep the file, and let go of what was not used for longest."""
        self._absent.pop((id, name), None)
        if len(file) > self._most // 4:
            return
        self._size += len(file) - len(self._files.pop((id, name), b""))
        self._files[id, name] = file
        while self._size > self._most:
            oldest = next((key for key in self._files if key[0] not in self.pinned), next(iter(self._files)))
            self._size -= len(self._files.pop(oldest))

    def miss(self, id: str, name: str) -> None:
        """Remember for a short time that there is no such file."""
        self._absent[id, name] = self._clock() + self._seconds
        self._absent.move_to_end((id, name))
        while len(self._absent) > 10_000:
            self._absent.popitem(last=False)

    def absent(self, id: str, name: str) -> bool:
        """Whether it was found lately that there is no such file."""
        until = self._absent.get((id, name))
        if until is not None and until <= self._clock():
            del self._absent[id, name]
            until = None
        return until is not None
