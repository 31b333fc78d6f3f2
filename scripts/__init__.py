"""What the build and its pages are made with."""
