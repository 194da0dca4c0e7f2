"""The pages of retention: the tab of a child's record, holds, the schedule."""
