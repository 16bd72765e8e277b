"""The storefront's assets: their sources in `storefront/`, and what makes of them the files that browsers get."""
