"""The freight forwarder: goods on their way from suppliers to warehouses, leg by leg."""
