"""Third-party code of the functions: the lists for the layers, written from uv.lock, and the local mall's one folder.

    python -m infra.local.vendor           write layers/*/requirements.txt
    python -m infra.local.vendor --check   fail when one is stale

Chalice comes without its dependencies, which only its own deployment tool needs, and boto3 stays out: AWS's runtime
and the emulator's environment bring it.
"""

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from infra.local.state import ROOT, LocalError

_UV = ROOT / ".venv-uv" / "bin" / "uv"
# What no function imports, though something that they do import names it.
_PRUNED = ("chalice", "boto3", "botocore")
# Layers that only some functions have, and what is in them; all of it is among the development packages too.
_SPECIAL = {"imaging": ("pillow",)}


def requirements() -> dict[Path, str]:
    """The content of each layer's requirements.txt as uv.lock has it now."""
    chalice = _named(_export("--no-dev"), "chalice")
    needed = _export("--no-dev", *(option for name in _PRUNED for option in ("--prune", name)))
    lists = {"vendor": ("Third-party code of every function", [*needed, *chalice])}
    everything = _export("--only-group", "dev")
    for layer, names in _SPECIAL.items():
        lists[layer] = (f"Third-party code of the {layer} functions", _named(everything, *names))
    return {
        ROOT / "layers" / layer / "requirements.txt": f"# {title}; written from uv.lock by `make requirements`.\n"
        + "".join(f"{line.split(' ;')[0]}\n" for line in sorted(lines))
        for layer, (title, lines) in lists.items()
    }


def build(folder: Path) -> None:
    """Fill `folder` with the code of all layers, compiled, for this machine; quick when it is there already."""
    lists = sorted((ROOT / "layers").glob("*/requirements.txt"))
    stamp = folder / ".built"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in lists) + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        # Whoever comes second waits, and finds it built.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (stamp.exists() and stamp.read_text() == wanted):
            _install(lists, folder, wanted)


def _install(lists: list[Path], folder: Path, wanted: str) -> None:
    # Built aside: functions of a running mall may be importing from the old one.
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _run(
        str(_UV), "pip", "install", "--quiet", "--no-deps", "--link-mode", "copy", "--compile-bytecode",
        "--python", sys.executable, "--target", str(fresh),
        *(option for path in lists for option in ("--requirements", str(path))),
    )  # fmt: skip
    (fresh / ".built").write_text(wanted)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _named(lines: list[str], *names: str) -> list[str]:
    return [line for line in lines if line.split("==")[0] in names]


def _export(*options: str) -> list[str]:
    text = _run(
        str(_UV), "export", "--frozen", "--no-hashes", "--no-annotate", "--no-header", "--project",
        str(ROOT), *options,
    )  # fmt: skip
    return text.splitlines()


def _run(*command: str) -> str:
    try:
        result = subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise LocalError(f"{command[0]} is not installed; `make up` installs it.") from None
    except subprocess.CalledProcessError as error:
        raise LocalError(f"`{' '.join(command[:4])} …` failed: {error.stderr.strip()[-600:]}") from error
    return result.stdout.strip()


def main() -> int:
    """Write the lists, or check them."""
    parser = argparse.ArgumentParser(description="The lists of third-party code for the layers.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when one is stale")
    check = parser.parse_args().check
    try:
        lists = requirements()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [path for path, text in lists.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is stale; write it with `make requirements`.", file=sys.stderr)
        else:
            path.write_text(lists[path])
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
