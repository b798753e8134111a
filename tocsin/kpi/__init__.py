"""Figures: sums and rows of the store, put together into what a dashboard shows.

Belongs here: which sums and rows a view asks for, its spans of time, its charts' titles and tables. Not here: what a
figure means and how a chart is drawn (`dashboards`), and pages (`web`).
"""
