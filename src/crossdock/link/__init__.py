"""Link: customers connect their systems themselves, from a browser or by a link that was sent to them."""
