"""The layers as AWS gets them: light enough, for its processor, and complete."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from infra.local import vendor
from infra.local.state import ROOT, State

# What Lambda allows for a function with all its layers, unzipped.
LIMIT_MB = 250
# What the Python runtime of Lambda brings itself.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
BUILT = {"vendor": "VendorLayer", "imaging": "ImagingLayer", "mall": "MallLayer"}

IMPORT_ALL = """
import importlib.util, pathlib, pkgutil, sys
root = pathlib.Path(sys.argv[1])
sys.path[:0] = sys.argv[2:]
import mall
for module in pkgutil.walk_packages(mall.__path__, "mall."):
    if ".migrations." not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for path in sorted(root.glob("functions/*/*.py")):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    print(path.parent.name, path.stem)
"""


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each layer, built as `sam build` builds it."""
    built = {}
    for name, target in BUILT.items():
        source = tmp_path_factory.mktemp(name) / "source"
        built[name] = source.parent / "layer"
        # SAM copies a layer's folder too before it builds there.
        shutil.copytree(ROOT / "layers" / name, source, ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(
            ["make", "-s", f"build-{target}"], check=True, capture_output=True, cwd=source,
            env={**os.environ, "ARTIFACTS_DIR": str(built[name]), "UV": str(ROOT / ".venv-uv" / "bin" / "uv")},
        )  # fmt: skip
    return built


def test_a_function_with_all_layers_is_light_enough(layers: dict[str, Path]) -> None:
    weight = sum(path.stat().st_size for layer in layers.values() for path in layer.rglob("*") if path.is_file())

    assert weight < LIMIT_MB * 1024 * 1024


def test_the_layers_hold_code_for_the_processor_and_the_python_of_aws(layers: dict[str, Path]) -> None:
    compiled = [path.name for layer in layers.values() for path in layer.rglob("*.so")]

    assert compiled
    # Libraries that an extension brings along have names of their own.
    assert not [name for name in compiled if "x86_64" in name or "darwin" in name or "cpython-311" in name]
    assert any("cpython-313-aarch64" in name for name in compiled)


def test_no_layer_holds_what_the_runtime_brings(layers: dict[str, Path]) -> None:
    for layer in layers.values():
        assert not (layer / "python" / "boto3").exists()
        assert not (layer / "python" / "botocore").exists()


def test_every_function_finds_all_it_imports_in_the_layers_and_the_runtime(tmp_path: Path) -> None:
    third_party = State.here().vendor
    vendor.build(third_party)
    for name in RUNTIME:
        (tmp_path / name).symlink_to(Path(boto3.__file__).parents[1] / name)

    # Isolated and without site-packages: nothing but what it is given.
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_ALL, ROOT, ROOT / "layers/mall/python", third_party, tmp_path],
        capture_output=True, text=True, check=False, env={"AWS_DEFAULT_REGION": "us-east-1"},
    )  # fmt: skip

    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == len(list(ROOT.glob("functions/*/*.py")))
