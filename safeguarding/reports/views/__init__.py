"""The pages of reports: the overview, and what stands behind a number of it."""
