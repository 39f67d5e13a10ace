"""What a product does, as data: attributes with a value per span of versions. Plain Python."""
