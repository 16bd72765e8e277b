"""What readers open: the files of pages in the site bucket, each with its compressed twins."""
