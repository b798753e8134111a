"""Coins and networks as people name them, in eleven languages."""

import re
from collections.abc import Mapping
from functools import cache

from tickets.phrases import normalise
from tickets.word import WORD

# Symbol -> other names; the symbol itself always counts. Words are matched whole, those of run-on scripts anywhere.
ASSETS: Mapping[str, str] = {
    "BTC": "btc xbt bitcoin bitcoins биткоин биткойн биткоина биткоины биткойна 比特币 比特幣 "
    "بیتکوین بيتكوين بتكوين ビットコイン बिटकॉइन बिटकोइन बीटीसी",
    "ETH": "eth ether ethereum etherium эфир эфира эфириум эфире эфиры 以太坊 以太币 以太 "
    "اتریوم اتر ايثريوم إيثريوم イーサリアム イーサ इथेरियम एथेरियम ईथर",
    "USDT": "usdt tether тезер юсдт 泰达币 泰达 تتر تيثر テザー यूएसडीटी टेथर",
    "USDC": "usdc",
    "SOL": "sol solana солана соланы 索拉纳 سولانا ソラナ सोलाना",
    "XRP": "xrp ripple рипл риппл 瑞波 ریپل リップル ريبل",
    "ADA": "ada cardano кардано 卡尔达诺 کاردانو カルダノ",
    "DOGE": "doge dogecoin догикоин доги 狗狗币 دوج دوجکوین ドージコイン",
    "LTC": "ltc litecoin лайткоин лайткойн 莱特币 لایتکوین ライトコイン",
    "TRX": "trx",
    "BNB": "bnb",
    "AVAX": "avax",
    "DOT": "polkadot dot",
    "MATIC": "matic pol",
    "LINK": "chainlink",
    "TON": "toncoin ton тон тонкоин",
    "BCH": "bch",
    "XLM": "xlm stellar",
    "ATOM": "atom cosmos",
    "SHIB": "shib shiba",
    "NEAR": "",
    "XMR": "xmr monero",
    "ALGO": "algo algorand",
    "DAI": "dai",
    "EUR": "eur euro euros евро 欧元 歐元 یورو ユーロ يورو avro",
    "USD": "usd",
    "GBP": "gbp pound pounds",
    "TRY": "tl",
    "BRL": "brl reais",
}
NETWORKS: Mapping[str, str] = {
    "bitcoin": "bitcoin btc",
    "ethereum": "ethereum etherium erc20 erc 以太坊 اتریوم イーサリアム",
    "tron": "tron trc20 trc tronlink трон трц20 波场 波場 ترون トロン ट्रॉन टीआरसी20",
    "solana": "solana sol spl солана سولانا ソラナ",
    "bsc": "bsc bep20 bep bnbchain",
    "arbitrum": "arbitrum arb",
    "optimism": "optimism",
    "polygon": "polygon matic",
    "avalanche": "avalanche avax",
    "base": "basechain",
    "lightning": "lightning",
    "ripple": "xrpl",
    "cardano": "cardano",
    "dogecoin": "dogecoin",
    "litecoin": "litecoin",
    "ton": "toncoin ton",
    "sepa": "sepa iban",
    "swift": "swift",
    "ach": "ach",
    "pix": "pix",
    "card": "visa mastercard",
}
# What a form or an account API may write for the same network.
SAME_NETWORK: Mapping[str, str] = {
    "btc": "bitcoin", "eth": "ethereum", "erc20": "ethereum", "trc20": "tron", "trx": "tron",
    "sol": "solana", "spl": "solana",
    "bep20": "bsc", "bnb": "bsc", "bnb smart chain": "bsc", "arb": "arbitrum", "arbitrum one": "arbitrum",
    "op": "optimism",
    "matic": "polygon", "avax": "avalanche", "xrp": "ripple", "ada": "cardano", "doge": "dogecoin", "ltc": "litecoin",
    "sepa instant": "sepa", "sepa-instant": "sepa", "visa": "card", "mastercard": "card", "wire": "swift",
}  # fmt: skip
# The chain that a coin is on where nothing else is said.
HOME: Mapping[str, str] = {
    "BTC": "bitcoin", "ETH": "ethereum", "SOL": "solana", "XRP": "ripple", "ADA": "cardano", "DOGE": "dogecoin",
    "LTC": "litecoin", "TRX": "tron", "AVAX": "avalanche", "TON": "ton",
}  # fmt: skip


def network_name(text: str) -> str:
    """One name a network, however a form or an API writes it: "TRON (TRC-20)" -> "tron"."""
    plain = (
        re.sub(r"[()]", " ", text.casefold())
        .replace("trc-20", "trc20")
        .replace("erc-20", "erc20")
        .replace("bep-20", "bep20")
    )
    plain = " ".join(plain.split())
    if plain in SAME_NETWORK:
        return SAME_NETWORK[plain]
    return next((SAME_NETWORK.get(w, w) for w in plain.split() if w in NETWORKS or w in SAME_NETWORK), plain)


def assets_in(text: str) -> frozenset[str]:
    """The symbols of all coins and currencies that a text names."""
    return _found(text, "assets")


def networks_in(text: str) -> frozenset[str]:
    """The names of all networks that a text names outright (a coin's own name is one of them)."""
    return _found(text, "networks")


def _found(text: str, what: str) -> frozenset[str]:
    plain = re.sub(r"\b(trc|erc|bep)[\s-]?(20)\b", r"\1\2", normalise(text))
    whole, anywhere = _index(what)
    words = (whole[w] for w in WORD.findall(plain) if w in whole)
    return frozenset(words) | frozenset(name for term, name in anywhere if term in plain)


@cache  # a constant: built from the tables at its first use
def _index(what: str) -> tuple[Mapping[str, str], tuple[tuple[str, str], ...]]:
    table = ASSETS if what == "assets" else NETWORKS
    whole: dict[str, str] = {}
    anywhere: list[tuple[str, str]] = []
    for name, terms in table.items():
        for term in (name, *terms.split()):
            plain = normalise(term)
            if re.fullmatch(r"[a-z0-9а-я]+", plain):
                whole.setdefault(plain, name)
            else:
                anywhere.append((plain, name))
    for word in ("near", "base", "link", "dot", "try", "card", "ton", "ada", "pol"):
        whole.pop(word, None)  # words of their own; a form's field or an account may still say them
    return whole, tuple(anywhere)
