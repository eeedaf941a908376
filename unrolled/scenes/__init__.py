"""Scenes: picture-book pictures drawn by this project, with captions from a grammar of many voices."""
