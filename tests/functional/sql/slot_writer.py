"""A shopper's session that never stops: it writes to some slots and notes down every write that was acknowledged.

    python slot_writer.py <folder> <name> <slot> [<slot> …]

Until the file `stop` appears in the folder it inserts, changes, moves and deletes rows through `mall.sql`, each in a
transaction. `<name>.acks` then has a line for each row that was committed: its id, slot, name and value.
"""

import json
import random
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from mall import ids, sql
from mall.sql import slots
from mall.sql.session import Session

INSERT = "INSERT INTO move_parent (slot, id, name, value) VALUES (:slot, :id, :name, 0)"
CHILD = "INSERT INTO move_child (slot, id, parent, value) VALUES (:slot, :child, :id, 0)"
CHANGE = "UPDATE move_parent SET value = value + 1 WHERE slot = :slot AND id = :id RETURNING value"
CHANGE_CHILD = "UPDATE move_child SET value = value + 1 WHERE slot = :slot AND parent = :id"
DELETE_CHILD = "DELETE FROM move_child WHERE slot = :slot AND parent = :id"
DELETE = "DELETE FROM move_parent WHERE slot = :slot AND id = :id"
NAMES = "SELECT name FROM move_parent WHERE slot = :slot AND id IN (:id, :other) ORDER BY id FOR UPDATE"
RENAME = "UPDATE move_parent SET name = :name WHERE slot = :slot AND id = :id"


@dataclass
class Row:
    """What must be in the database; `value` is None when the row is gone."""

    slot: int
    name: str
    value: int | None = 0


def main(folder: Path, name: str, places: list[int]) -> None:
    """Write until told to stop."""
    slots.LIFE = 0.3
    dice = random.Random(name)
    rows: dict[str, Row] = {}
    with (folder / f"{name}.acks").open("w", buffering=1) as acknowledged:
        while not (folder / "stop").exists():
            slot = dice.choice(places)
            mine = [id_ for id_, row in rows.items() if row.slot == slot]
            kind = dice.choices(["insert", "change", "swap", "delete"], [5, 6, 2, 2])[0] if len(mine) > 1 else "insert"
            id_ = ids.new("par", slot=slot) if kind == "insert" else dice.choice(mine)
            other = dice.choice([one for one in mine if one != id_]) if kind == "swap" else ""
            try:
                value = sql.retrying(
                    work(kind, slot, id_, other),
                    key=id_,
                    isolation=dice.choice([None, "REPEATABLE READ", "SERIALIZABLE"]),
                )
            except sql.SlotMoved:
                # A mover that died between cut-over and opening: the shopper is told to come again, nothing is written.
                continue
            if kind == "insert":
                rows[id_] = Row(slot, id_)
            elif kind == "change":
                rows[id_].value = value
            elif kind == "swap":
                rows[id_].name, rows[other].name = rows[other].name, rows[id_].name
            else:
                rows[id_].value = None
            for changed in filter(None, (id_, other)):
                acknowledged.write(json.dumps({"id": changed} | asdict(rows[changed])) + "\n")
            if kind == "delete":
                del rows[id_]


def work(kind: str, slot: int, id_: str, other: str) -> Any:
    """The transaction of one step; it returns the row's new value, or None when the row is gone."""
    here = {"slot": slot, "id": id_, "other": other}

    def run(session: Session) -> Any:
        if kind == "insert":
            session.execute(text(INSERT), here | {"name": id_})
            session.execute(text(CHILD), here | {"child": id_})
            return 0
        if kind == "change":
            session.execute(text(CHANGE_CHILD), here)
            return session.execute(text(CHANGE), here).scalar_one()
        if kind == "swap":  # two rows exchange a unique value
            first, second = session.execute(text(NAMES), here).scalars().all()
            low, high = sorted([id_, other])
            session.execute(text(RENAME), {"slot": slot, "id": low, "name": f"{low} is about to get another"})
            session.execute(text(RENAME), {"slot": slot, "id": high, "name": first})
            session.execute(text(RENAME), {"slot": slot, "id": low, "name": second})
            return None
        session.execute(text(DELETE_CHILD), here)
        session.execute(text(DELETE), here)
        return None

    return run


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [int(argument) for argument in sys.argv[3:]])
