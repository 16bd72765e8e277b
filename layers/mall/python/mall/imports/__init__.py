"""Products in bulk: files that merchants upload become products, and their products become files again.

A merchant asks for an import, uploads a file with the form it gets, and follows the job. The file is read and split
into chunks, each chunk is worked by itself, and what could not be taken in is written into a file of row-level errors.

    create_import → (S3) → on_import_uploaded → split_import → work_chunk, work_chunk, … → a finished job
    create_export → write_export → a finished job

Owns the DynamoDB table `imports`, one partition a merchant, and a bucket for uploads, chunks, errors and exports:

    id                        is
    job#<imp_…>               an import or an export, and how far it is
    chunk#<imp_…>#<number>    a chunk of an import: waiting or done, and what came of it
    row#<external id>         what the file said of this product when it was last taken in, by digest

Decisions that bind others:
- What a file may say is written in `formats.template`, version 1. A product in a file is a document as JSON Lines has
  it; a sheet's rows are put together to the same document, so every format means the same.
- A product is taken in as a whole or not at all, and never stops another. A product that the file says again in the
  same words is left alone, whatever happened to it since (`unchanged`), unless the import says `repeat: apply`.
- Whatever is done may be done again: a chunk is counted once, a product is found by its merchant's `external_id`.
- What an import writes goes through `mall.catalog.products.service` like a merchant's own call, under its review.
"""
