"""`make lighthouse`: Google's Lighthouse on the storefront of the demonstration's goods, as a slow phone sees it.

Fails where a page falls below the goal; figures go to `.mall/lighthouse.json`. Needs Node 18 or newer and Chromium.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.local.state import ROOT
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.site import Storefront

GOAL = 95
PAGES = {
    "home": "/", "category": "/c/cat_home/", "product": "/p/prd_040/", "sign-in": "/sign-in/", "cart": "/cart/",
}  # fmt: skip
GOALS = ("performance", "accessibility", "best-practices", "seo")
# Search engines are to leave these alone.
HIDDEN = {"sign-in", "cart"}
TIMES = {"LCP": "largest-contentful-paint", "TBT": "total-blocking-time", "CLS": "cumulative-layout-shift"}
TOOL = ROOT / ".mall" / "lighthouse"
FIGURES = ROOT / ".mall" / "lighthouse.json"


def install() -> Path:
    """Lighthouse in the version that `package.json` names; where its program is."""
    wanted, there = Path(__file__).with_name("package.json"), TOOL / "package.json"
    program = TOOL / "node_modules" / ".bin" / "lighthouse"
    if not program.exists() or there.read_bytes() != wanted.read_bytes():
        print("Installing Lighthouse into .mall/lighthouse", flush=True)
        TOOL.mkdir(parents=True, exist_ok=True)
        shutil.copy(wanted, there)
        quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
        subprocess.run(["npm", "install", *quiet], cwd=TOOL, check=True)
    return program


def measure(program: Path, address: str) -> dict[str, Any]:
    """The report on one page."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={' '.join(FLAGS)}"]
        subprocess.run(
            [program, address, *options], check=True, env={**os.environ, "CHROME_PATH": CHROMIUM}, timeout=180,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return found


def main() -> int:
    """Measure every page and say what falls short."""
    if not CHROMIUM or not shutil.which("npm"):
        print("Lighthouse needs Chromium and npm; on Debian: apt-get install chromium npm", file=sys.stderr)
        return 2
    program, figures, short = install(), {}, []
    with tempfile.TemporaryDirectory() as folder, Storefront(Path(folder), brotli=11) as shop:
        for name, path in PAGES.items():
            report = measure(program, shop.address + path)
            goals = [goal for goal in GOALS if goal != "seo" or name not in HIDDEN]
            scores = {goal: round(100 * report["categories"][goal]["score"]) for goal in goals}
            figures[name] = scores | {what: report["audits"][audit]["displayValue"] for what, audit in TIMES.items()}
            print(f"{name:10}", "  ".join(f"{what} {value}" for what, value in figures[name].items()), flush=True)
            short += [f"{name}: {goal} {score}" for goal, score in scores.items() if score < GOAL]
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if short:
        print(f"Below {GOAL}: {', '.join(short)}", file=sys.stderr)
    return bool(short)


if __name__ == "__main__":
    sys.exit(main())
