"""The contract of the mall's API, written from its routes: `python -m infra.api` writes `openapi.yaml` beside this.

    functions/<subsystem>/<verb_noun>.py ── endpoints ──> contract ──> gateway ──> openapi.yaml   (what is deployed)
                                                             └───────> docs ─────> /docs/         (what people read)

`endpoints` finds the operations, `schemas` turns pydantic's JSON Schema into the dialect of OpenAPI 3.0, `contract` is
what clients may rely on, `gateway` adds what Amazon API Gateway needs, and `docs` makes the page that shows it.
"""
