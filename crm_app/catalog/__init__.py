"""What we sell: products and their prices. Nothing here knows who buys them."""
