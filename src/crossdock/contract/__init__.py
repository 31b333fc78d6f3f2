"""The public promise: records, actions, write bodies, filters, events and errors. No input or output happens here."""
