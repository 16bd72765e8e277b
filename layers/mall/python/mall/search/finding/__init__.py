"""Searches and listings: one statement each.

A search answers with a page, the number of all hits, the facets with their counts and the range of prices. A facet is
counted over the hits that satisfy all *other* filters (disjunctive: choosing "red" keeps on telling how many are blue).
Where nothing is found, the spelling is corrected; where that does not help, products with any of the words are shown.
"""
