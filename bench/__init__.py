"""How fast Crossdock reads and stores records, as ratios within one run. `python -m bench` prints them."""
