"""Every SQL statement, and the embedded PostgreSQL."""
