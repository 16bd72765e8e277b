"""Looking after a running mall: what functions logged, and messages that could not be handled."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from infra.local.state import ROOT, STAGE, LocalError

console = Console(highlight=False, soft_wrap=True)
_PREFIX = "/aws/lambda/"
_COLOURS = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow"}
_FRAMEWORK = ("START ", "END ", "REPORT ")


def logs(client: Any, function: str, minutes: float, follow: bool) -> None:
    """Print what functions whose names contain `function` logged in the last `minutes`, and go on with `follow`."""
    since = int((time.time() - minutes * 60) * 1000)
    while True:
        events = sorted(_events(client, function, since), key=lambda event: event[0])
        for moment, name, message in events:
            _print(name, message)
            since = max(since, moment + 1)
        if not follow:
            return
        time.sleep(1)


def invoke(client: Any, function: str, event: str | None) -> None:
    """Call `<subsystem>.<verb_noun>` with the event in a file, by default its sample, and print what it answers."""
    path = Path(event) if event else ROOT / "events" / f"{function.replace('.', '/')}.json"
    if not path.exists():
        raise LocalError(f"There is no event {path}.")
    answer = client.invoke(FunctionName=f"{STAGE}-{function.replace('.', '-', 1)}", Payload=path.read_bytes())
    console.print_json(answer["Payload"].read().decode())


def redrive(client: Any, name: str) -> None:
    """Send what lies in the dead-letter queues whose names contain `name` back to where it came from."""
    # The emulator does not know message move tasks; this moves message by message where it has to.
    from mall.events.__main__ import redrive as send_back  # noqa: PLC0415  (no other command needs the mall's code)

    urls = client.list_queues().get("QueueUrls", [])
    moved = 0
    for url in urls:
        arn = _attributes(client, url)["QueueArn"]
        sources = client.list_dead_letter_source_queues(QueueUrl=url).get("queueUrls", [])
        if not sources or name not in arn:
            continue
        waiting = int(_attributes(client, url)["ApproximateNumberOfMessages"])
        if waiting:
            send_back(client, sources[0])
            console.print(f"{waiting} from {arn.rsplit(':', 1)[-1]}")
            moved += waiting
    console.print(f"{moved} messages go back to their queues." if moved else "Every dead-letter queue is empty.")


def _attributes(client: Any, url: str) -> dict[str, str]:
    attributes: dict[str, str] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return attributes


def _events(client: Any, function: str, since: int) -> Iterator[tuple[int, str, str]]:
    for page in client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX):
        for group in page["logGroups"]:
            name = group["logGroupName"].removeprefix(_PREFIX)
            if function not in name:
                continue
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=_PREFIX + name, startTime=since)
            for found in pages:
                for event in found["events"]:
                    yield event["timestamp"], name, event["message"].rstrip()


def _print(name: str, message: str) -> None:
    for line in message.splitlines():
        if line.startswith(_FRAMEWORK) or '"_aws"' in line:
            continue
        try:
            fields = json.loads(line)
            level = fields.pop("level")
        except (ValueError, KeyError, AttributeError, TypeError):
            console.print(f"[dim]{name}[/] {line}", markup=True)
            continue
        moment, said = fields.pop("timestamp", ""), fields.pop("message", "")
        rest = " ".join(f"{key}={value}" for key, value in fields.items() if key not in {"service", "location"})
        console.print(f"[dim]{moment} {name}[/]", f"[{_COLOURS.get(level, 'green')}]{level}[/]", said, end=" ")
        console.print(rest, style="dim", markup=False)
