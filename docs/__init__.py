"""The guides, and the builder of the reading site (docs/site)."""
