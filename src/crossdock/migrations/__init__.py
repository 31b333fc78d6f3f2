"""Database migrations, in order, run by `crossdock migrate` and by `serve`."""
