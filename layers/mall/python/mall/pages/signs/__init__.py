"""Signs: the pictures of brands, merchants, banners and articles, which are counted as shown here."""
