"""The pages of reports to governors: for who writes them, and for who reads them."""
