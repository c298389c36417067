"""A notebook's cells and words -> the rubric's items that they belong to, by tags, headings and topics."""
