"""The concepts that tickets and incidents mention, in any language."""

from enum import StrEnum


class Concept(StrEnum):
    """One thing that a text may speak of."""

    # what it is about
    WITHDRAWAL = "withdrawal"
    DEPOSIT = "deposit"
    CARD = "card"
    SEPA = "sepa"
    BANK = "bank"
    BUY = "buy"
    TRADE = "trade"
    FUTURES = "futures"
    VERIFY = "verification"
    LOGIN = "sign-in"
    CODE = "code"
    SMS = "sms"
    API = "api"
    PRICE = "price"
    FEES = "fees"
    STAKING = "staking"
    BALANCE = "balance"
    APP = "app"
    EMAIL = "e-mail"
    NODE = "node"
    SALES = "sales"
    # how it fails
    DELAY = "delay"
    NOT_RECEIVED = "not received"
    FAIL = "failed"
    HALT = "halted"
    DOWN = "down"
    DOUBLE = "twice"
    LIQUIDATED = "liquidated"
    WRONG = "wrong"
    SENT = "sent"  # it left, the chain or the bank has it
    ANGRY = "angry"
    REPEAT = "asking again"
    # another matter
    QUESTION = "a question"
    OWN_FAULT = "own mistake"
    OTHER_MATTER = "another matter"
    # a human's
    HACK = "hack"
    SCAM = "scam"
    LEGAL = "legal"
    UNAUTHORISED = "not authorised by the customer"
    STOLEN = "stolen"
    FRAUD = "fraud"
    THREAT = "threat"
    AUTHORITY = "authority or court"
    SELF_HARM = "self-harm"
    # sounds like one of those above and is none
    HARMLESS = "harmless"
