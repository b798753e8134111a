"""Adapters that publish the files of a page to a target: a folder, a bucket."""
