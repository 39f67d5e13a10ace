"""What makes two questions alike: error texts without what differs each time, and the order of what was found."""
