"""The engineers' pages under /console, and the local mailbox."""
