"""Files of products: what may be in them, reading them row by row, and writing them. No store, no network.

Every reader gives `model.Record`s and `model.Fault`s in the order of the file and raises `model.FileRefused` for a file
that cannot be read at all. Heavy libraries (openpyxl) are imported where a workbook is really at hand.
"""
