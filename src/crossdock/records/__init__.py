"""Records: reading, filtering, paging, tagging and writing them."""
