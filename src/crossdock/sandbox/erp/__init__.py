"""The ERP: master data, stock by location, purchasing and sales."""
