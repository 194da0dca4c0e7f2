"""The database backend of the installation (`settings.DATABASES`): Django's own, with a memory of the open transaction
(`base.py`).
"""
