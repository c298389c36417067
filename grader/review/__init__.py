"""The TA's evening: a page on loopback where a person decides what the machine left open.

`desk` knows what waits and where everybody stands, `deciding` and `second` append to the gradebook, `filing` writes OUT
anew in the background, `site` is the pages, `guard` who may ask for them.
"""
