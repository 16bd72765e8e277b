"""Every page of the running mall, rendered here and now with the settings of the function that renders."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from infra.local.state import REGION, ROOT, STAGE, LocalError
from infra.local.templates import MALL, release

TEMPLATES = ROOT / "functions" / "pages" / "templates"
_FUNCTION = f"{STAGE}-pages-render_pages"


def edition() -> str:
    """A name for how pages look: it changes with the templates and with the code that fills them in."""
    digest = hashlib.sha256(release().encode())
    for path in sorted(path for path in TEMPLATES.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(TEMPLATES)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def publish(client: Callable[[str], Any], endpoint: str, say: Callable[[str], None]) -> str:
    """Render every page and say how far that is; the answer tells what came of them. Raises LocalError."""
    settings = client("lambda").get_function_configuration(FunctionName=_FUNCTION, Qualifier="live")
    environment = {
        **os.environ,
        **settings["Environment"]["Variables"],
        "PYTHONPATH": str(MALL),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "MALL_LOG_LEVEL": "WARNING",
    }
    # A process of its own, since the settings of `mall` are read from the environment once.
    command = [sys.executable, "-m", "mall.pages", "publish", str(TEMPLATES)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            say(lines[-1])
    if process.returncode:
        raise LocalError("Some pages could not be published:\n" + "\n".join(lines[-10:])[-2000:])
    return lines[-1]
