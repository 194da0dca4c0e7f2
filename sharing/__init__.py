"""Everything that leaves the building: a folder of apps, and no model of its own."""
