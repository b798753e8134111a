"""The public page's readers who want to be notified of updates: signing up, leaving, and which message is due to whom.

Belongs here: subscriptions by mail and webhook. Not here: customers with tickets (`desk`).
"""
