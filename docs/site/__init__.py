"""The reading site: each solution notebook executed once, its answers folded, and what is found in all of them."""
