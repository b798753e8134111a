"""Dashboards: figures for managers and engineers, and the rows behind them."""
