"""The parts of report.json that several panels show: typed, checked when read, each made from a compiled graph by its `of`."""
