"""Notebooks as pytest collects and reports them: an item for every criterion."""
