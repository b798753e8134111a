"""The customers' pages under /support, the readers' under /subscribe, and the public page's folder under /status."""
