"""Documents that the server gives out about itself: pages, the Postman collection, texts for agents."""
