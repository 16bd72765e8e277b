"""The command line of the shards: `python -m mall.sql migrate | status | lint | new | map | move | settle`.

The addresses come from the environment, as for the functions (`MALL_DATABASE_URLS`, `MALL_SLOTS`).
"""

import argparse
import sys
from collections.abc import Sequence

from mall import config
from mall.sql import migrations, moves


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the exit status. What goes wrong is said in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m mall.sql", description="Look after the shards.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring every shard to the newest revision")
    commands.add_parser("status", help="where each shard is, and whether all have the same tables")
    commands.add_parser("lint", help="refuse revisions that rewrite or lock a big table")
    commands.add_parser("new", help="write an empty revision").add_argument("title", help="what it is for")
    commands.add_parser("map", help="which shard holds which slots, and what is being moved")
    move = commands.add_parser("move", help="move slots to another shard while the mall is open")
    move.add_argument("slots", help="a slot or a range: 17 or 0-63")
    towards = move.add_mutually_exclusive_group(required=True)
    towards.add_argument("--to", type=int, metavar="SHARD", help="the shard to move to")
    towards.add_argument("--undo", action="store_true", help="go back to before an interrupted move")
    move.add_argument(
        "--notice", type=float, default=moves.NOTICE, help="seconds to announce it before (default %(default).0f)"
    )
    settle = commands.add_parser("settle", help="finish the moves that were interrupted after their cut-over")
    for command in (move, settle):
        command.add_argument(
            "--grace", type=float, default=moves.GRACE, help="seconds before the old rows go (default %(default).0f)"
        )
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except (
        migrations.MigrationRefused,
        moves.MoveRefused,
        moves.MoveUndone,
        moves.Overtaken,
        config.ConfigurationMissing,
    ) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _migrate(_: argparse.Namespace) -> int:
    def tell(step: migrations.Step) -> None:
        if not step.done:
            _say(f"shard {step.shard}: {step.number}/{step.total} {step.revision} {step.title}")

    for shard in migrations.migrate(progress=tell):
        _say(f"shard {shard.shard} is at revision {shard.revision}")
    return 0


def _status(_: argparse.Namespace) -> int:
    for shard in migrations.status():
        _say(f"shard {shard.shard} is at revision {shard.revision}, {shard.behind} behind")
    migrations.compare()
    return 0


def _lint(_: argparse.Namespace) -> int:
    from mall.sql.migrations.lint import LintUnavailable, lint  # noqa: PLC0415  (needs a development tool)

    try:
        problems = lint()
    except LintUnavailable as error:
        problems = []
        sys.stderr.write(f"{error}\n")
        return 1
    for problem in problems:
        _say(str(problem))
    return 1 if problems else 0


def _new(options: argparse.Namespace) -> int:
    _say(str(migrations.new(options.title)))
    return 0


def _map(_: argparse.Namespace) -> int:
    placed = moves.current()
    for shard in range(len(config.database_urls())):
        ranges = ",".join(str(a) if a == b else f"{a}-{b}" for a, b in placed.ranges_of(shard))
        _say(f"shard {shard} holds {len(placed.slots_of(shard))} slots: {ranges}")
    for known in moves.unfinished():
        _say(f"slot {known.slot} is on its way from shard {known.source} to {known.target} ({known.state})")
    return 0


def _move(options: argparse.Namespace) -> int:
    first, _, last = options.slots.partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        raise moves.MoveRefused(f"'{options.slots}' is neither a slot nor a range of slots.")
    for slot in range(int(first), int(last or first) + 1):
        if options.undo:
            moves.undo(slot, progress=_tell)
        else:
            moves.move(slot, options.to, grace=None, notice=options.notice, progress=_tell)
    return 0 if options.undo else _settle(options)


def _settle(options: argparse.Namespace) -> int:
    for known in moves.settle(grace=options.grace, progress=_tell):
        _say(f"slot {known.slot} is still before its cut-over: run move again, or move --undo")
    return 0


def _tell(step: moves.MoveStep) -> None:
    _say(f"slot {step.slot}: {step.name}{f' ({step.detail})' if step.detail else ''}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


_COMMANDS = {
    "migrate": _migrate,
    "status": _status,
    "lint": _lint,
    "new": _new,
    "map": _map,
    "move": _move,
    "settle": _settle,
}


if __name__ == "__main__":
    sys.exit(main())
