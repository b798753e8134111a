"""Subscriptions of the public page: who is notified of what and when, and the text of mails and webhooks.

Sign-up, storage and sending belong in `tocsin`.
"""
