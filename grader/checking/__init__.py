"""A notebook looked at before it is handed in: by its author, by CI, by whoever wants to know how it stands."""
