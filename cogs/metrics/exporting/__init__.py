"""/analytics export: what is written into which files, and how these get to whoever asked."""
