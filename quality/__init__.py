"""What must hold: contracts, audit and verdict."""
