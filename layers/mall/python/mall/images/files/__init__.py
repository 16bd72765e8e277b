"""Where the files of pictures lie."""
