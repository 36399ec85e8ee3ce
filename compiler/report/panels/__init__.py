"""The panels of a report, a file each: what it is made of, how a page draws it, what a terminal says. Listed in `report.py`."""
