"""What every adapter is made of: the base class, the HTTP client, authentication, paging and exchange tests."""
