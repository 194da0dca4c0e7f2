"""What is typed on the pages of retention: statements and marks, holds, changes of the schedule."""
