"""Where the local mall keeps what: one folder, `.mall/`, and what is remembered in it from one start to the next."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
STAGE = "local"
SHARDS = ("mall_0", "mall_1")
DEFAULT_PORT = 4566


class LocalError(Exception):
    """The local mall cannot do what was asked; the message is one sentence for the person at the keyboard."""


@dataclass(frozen=True)
class State:
    """The folder of one local mall."""

    folder: Path

    @classmethod
    def here(cls) -> "State":
        """The mall of this checkout, unless `MALL_STATE` names another folder."""
        return cls(Path(os.environ.get("MALL_STATE") or ROOT / ".mall").resolve())

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def emulator(self) -> Path:
        return self.folder / "emulator"

    @property
    def vendor(self) -> Path:
        """Third-party code of the functions. It depends on the lock file alone, so all malls of a checkout share it."""
        return ROOT / ".mall" / "vendor"

    @property
    def description(self) -> Path:
        """`mall.json`: the addresses and the accounts, for people, scripts and tests."""
        return self.folder / "mall.json"

    def remember(self, **facts: Any) -> None:
        """Keep `facts` for the next start."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.folder / "settings.json", {**self.remembered(), **facts})

    def remembered(self) -> dict[str, Any]:
        """What `remember` was told so far."""
        return read_json(self.folder / "settings.json")

    def describe(self, description: dict[str, Any]) -> None:
        """Write `mall.json`."""
        write_json(self.description, description)


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; an empty one when there is no such file or half of one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace `path` in one step, readable by its owner alone: some of these files hold passwords."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
