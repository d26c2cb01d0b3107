"""What every other package shares: configuration, folders, errors, durable files and the run lock."""
