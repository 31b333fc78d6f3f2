"""ERPs: master data, stock, purchasing and sales."""
