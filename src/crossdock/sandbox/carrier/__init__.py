"""The carrier: what it charged for parcels, on invoices that it also hands out as files."""
