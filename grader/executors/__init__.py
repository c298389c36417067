"""Where notebooks run: here, or on the workers of a Dask cluster."""
