"""What is in the fake shop: documents with the fields that the documentation's samples have."""
