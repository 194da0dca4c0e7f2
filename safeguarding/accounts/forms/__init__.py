"""What people type about accounts: `signing_in` user names and passwords · `school` its settings, days and cover."""
