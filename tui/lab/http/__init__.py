"""What all endpoints of the lab share: reading requests, errors, pages, limits of a connection."""
