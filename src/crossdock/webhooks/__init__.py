"""Events as subscribers get them."""
