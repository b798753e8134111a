"""Countries that a text or a telephone number names, for incidents that concern one country."""

import re
from collections.abc import Mapping
from functools import cache

from tickets.phrases import normalise
from tickets.word import WORD

# ISO 3166 code -> telephone prefix, names, the start of their adjectives.
COUNTRIES: Mapping[str, str] = {
    "TR": "90 turkey turkiye turkish turkei turkish turquia turc турци 土耳其 ترکیه تركيا トルコ turk turkcell",
    "DE": "49 germany german deutschland deutsch alemania almanya германи 德国 آلمان المانيا ドイツ alemanha",
    "GB": "44 britain british uk england ingiltere великобритан 英国 انگلیس بريطانيا イギリス",
    "US": "1 usa america american сша 美国 آمریکا アメリカ",
    "BR": "55 brazil brazilian brasil бразили 巴西 برزیل البرازيل ブラジル",
    "ES": "34 spain spanish espana испани 西班牙 اسپانیا اسبانيا スペイン",
    "MX": "52 mexico mexican мексик 墨西哥 مکزیک メキシコ",
    "AR": "54 argentina аргентин 阿根廷 آرژانتین アルゼンチン",
    "RU": "7 russia russian rusia росси русск 俄罗斯 روسیه روسيا ロシア rusya",
    "IN": "91 india indian индия индии 印度 هند الهند インド bharat hindistan",
    "IR": "98 iran iranian иран 伊朗 ایران ايران イラン",
    "CN": "86 china chinese китай 中国 چین الصين çin",
    "JP": "81 japan japanese japon япон 日本 ژاپن اليابان",
    "AE": "971 uae emirates dubai эмират 阿联酋 امارات الامارات ドバイ",
    "SA": "966 saudi саудов 沙特 عربستان السعوديه サウジ",
    "EG": "20 egypt egyptian егип 埃及 مصر エジプト misir",
    "FR": "33 france french francia frankreich франци 法国 فرانسه فرنسا フランス fransa",
    "IT": "39 italy italian italia italien итали 意大利 ایتالیا ايطاليا イタリア italya",
    "PT": "351 portugal portuguese португал 葡萄牙 پرتغال البرتغال ポルトガル",
    "NL": "31 netherlands dutch holland niederlande нидерланд 荷兰 هلند هولندا オランダ",
    "PL": "48 poland polish polen польш 波兰 لهستان بولندا ポーランド polonya",
    "UA": "380 ukraine ukrainian украин 乌克兰 اوکراین اوكرانيا ウクライナ ukrayna",
    "NG": "234 nigeria nigerian нигери 尼日利亚 نیجریه نيجيريا ナイジェリア nijerya",
    "ID": "62 indonesia indonesian индонези 印度尼西亚 印尼 اندونزی インドネシア endonezya",
    "VN": "84 vietnam vietnamese вьетнам 越南 ویتنام ベトナム",
    "KR": "82 korea korean коре 韩国 کره كوريا 韓国 kore",
    "CH": "41 switzerland swiss schweiz suiza швейцар 瑞士 سوییس スイス isvicre",
    "AT": "43 austria austrian osterreich австри 奥地利 اتریش オーストリア avusturya",
}


def country_of_prefix(value: str) -> frozenset[str]:
    """The country of a telephone prefix or an ISO code, as a form's field has it."""
    digits, code = re.sub(r"\D", "", value), value.strip().upper()
    if code in COUNTRIES:
        return frozenset({code})
    return frozenset(c for c, terms in COUNTRIES.items() if digits and terms.split()[0] == digits)


def countries_in(text: str) -> frozenset[str]:
    """The countries that a text names, by name, adjective or "+" and telephone prefix."""
    plain = normalise(text)
    words = set(WORD.findall(plain))
    numbers = re.findall(r"(?:\+|\b00)(\d{1,4})", plain)
    found = {code for prefix, code in _prefixes() if any(n.startswith(prefix) for n in numbers)}
    for name, code, how in _names():
        if name in plain and (how == "anywhere" or _among(name, words, whole=how == "whole")):
            found.add(code)
    return frozenset(found)


def _among(name: str, words: set[str], *, whole: bool) -> bool:
    return name in words if whole else any(w.startswith(name) for w in words)


@cache  # a constant: built from the table at its first use
def _prefixes() -> tuple[tuple[str, str], ...]:
    return tuple((terms.split()[0], code) for code, terms in COUNTRIES.items())


@cache  # a constant: built from the table at its first use
def _names() -> tuple[tuple[str, str, str], ...]:
    """(name, country, how it stands in a text); short names only whole."""
    out = []
    for code, terms in COUNTRIES.items():
        for name in map(normalise, terms.split()[1:]):
            how = "anywhere" if not re.fullmatch(r"[a-zа-я]+", name) else "whole" if len(name) < 5 else "start"
            out.append((name, code, how))
    return tuple(out)
