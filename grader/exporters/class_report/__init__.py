"""What a lecturer reads on the class page, as plain data for its templates: one module for each section."""
