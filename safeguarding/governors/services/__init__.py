"""How is a report to governors counted, written, looked through for names, approved and published?"""
