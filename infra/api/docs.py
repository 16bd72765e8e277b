"""The page that shows the contract to people: Swagger UI, as its package brings it, beside the contract itself."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

from infra.api.contract import contract

_ASSETS = (
    *("swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css", "index.css"),
    *("favicon-16x16.png", "favicon-32x32.png", "LICENSE"),
)
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Mall API</title>
  <link rel="icon" href="favicon-32x32.png">
  <link rel="stylesheet" href="swagger-ui.css">
  <link rel="stylesheet" href="index.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="swagger-ui-bundle.js"></script>
  <script src="start.js"></script>
</body>
</html>
"""
# In a file of its own, so that the site may forbid scripts inside pages.
_START = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
"""


def build(folder: Path) -> list[Path]:
    """Write the page, the contract and the viewer into `folder`, and return the files; the page needs no other host."""
    folder.mkdir(parents=True, exist_ok=True)
    viewer = _viewer()
    for name in _ASSETS:
        source = viewer / name
        if source.exists():
            shutil.copyfile(source, folder / name)
    (folder / "index.html").write_text(_PAGE, encoding="utf-8")
    (folder / "start.js").write_text(_START, encoding="utf-8")
    (folder / "openapi.json").write_text(json.dumps(contract(), ensure_ascii=False, indent=1), encoding="utf-8")
    return sorted(path for path in folder.iterdir() if path.is_file())


def _viewer() -> Path:
    package = find_spec("flask_swagger_ui")
    if package is None or package.origin is None:
        raise FileNotFoundError("The package flask-swagger-ui is not installed; `make` installs it.")
    return Path(package.origin).parent / "dist"
