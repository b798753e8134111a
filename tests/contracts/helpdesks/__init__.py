"""Helpdesks of other companies, each as its documented API answers, on a port of this machine."""
