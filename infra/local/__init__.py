"""The mall on one machine: an embedded PostgreSQL, an emulator of AWS, and the same `template.yaml` that AWS gets.

    python -m infra.local up        start what does not run, deploy what changed, say where everything is
    python -m infra.local down      stop it all; the data stay
    python -m infra.local clean     stop it all and forget the data

Everything lives in the folder `.mall/` (or `MALL_STATE`) and listens on loopback only.
"""
