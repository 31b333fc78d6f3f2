"""Real processes under faults: what they promise is checked from the histories of everybody who took part."""
