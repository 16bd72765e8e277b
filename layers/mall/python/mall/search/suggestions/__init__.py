"""What somebody may be typing: frequent searches, categories, brands, products, and the end of a word begun.

Terms come in with the products that have them; `refresh` counts how many those are, and removes what none has any more.
"""
