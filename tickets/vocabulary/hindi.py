"""Hindi in Latin letters; `devanagari` has it in its own."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "withdraw*, nikal*, nikaal*, nikasi, nikala, nikalna, bahar bhej*, wallet me bhej*, wallet mein bhej*"
    ),
    Concept.DEPOSIT: (
        "deposit*, jama, jma, dala, daala, daale, dale, bheja tha, add kiya, add kiye, credit nahi, bheje the"
    ),
    Concept.CARD: "card, card se, debit card, credit card",
    Concept.SEPA: "bank transfer, imps, neft, upi, rtgs",
    Concept.BANK: "bank",
    Concept.BUY: "kharid*, khareed*, buy kar*, purchase",
    Concept.TRADE: "order*, trade*, bech*, sell, execute*, becha",
    Concept.FUTURES: "futures, leverage, position*, margin",
    Concept.VERIFY: ("kyc, verif*, pehchan, aadhaar, aadhar, adhar, pan card, document*, selfie, passport"),
    Concept.LOGIN: "login, log in, khata khul*, account khul*, account me ja*, account mein ja*",
    Concept.CODE: "otp, code, 2fa, authenticator",
    Concept.SMS: "sms, message, msg, phone, mobile, number",
    Concept.API: "api, bot",
    Concept.PRICE: "price, bhav, daam, chart",
    Concept.FEES: "fees, fee, charge*, shulk",
    Concept.STAKING: "staking, byaj, reward*",
    Concept.BALANCE: "balance, paisa, paise, paisay, rupee*, wallet, fund*",
    Concept.APP: "app, site, website",
    Concept.EMAIL: "email, mail",
    Concept.DELAY: (
        "deri, late, pending, atka, atak*, atke, fasa, phasa, fas gaya, phas gaya, ruka, ruk*, slow, intezar, "
        "intzar, wait, ghante, ghanto, ghanton, kal se, subah se, kab tak, kab aayega, kab aaega, kab milega, abhi "
        "tak, ab tak, abhi bhi, kitna time, kahan hai, kaha hai, kidhar hai, kitni der, din se, din ho gaye, process "
        "ho raha, der se, der ho"
    ),
    Concept.NOT_RECEIVED: (
        "nahi aaya, nahi aaye, nahi aya, nahi aa, nhi aaya, nhi aya, nahi aayi, nhi aayi, nahi aata, nahi aati, nahi "
        "mila, nahi mili, nahi mile, nhi mila, nhi mili, nahi pahuch*, nahi pahunch*, nahi dikh*, nhi dikh*, nahi "
        "hua, nhi hua, gayab, kahan hai, kaha hai, kahan gaya, kaha gaya, kidhar, nahi aa raha, nahi aa rahe, nahi "
        "aa rahi, nhi aa raha, nhi aa rha, nhi aa rhe, nahi mil raha, nahi mil rahi, nhi mil raha, credit nahi, show "
        "nahi, nai aaya, nai aya, nai mila"
    ),
    Concept.FAIL: (
        "fail*, error, reject*, decline*, nahi ho raha, nahi ho rahi, nahi ho rahe, nhi ho raha, nhi ho rha, nahi ho "
        "pa, nhi ho pa, nahi chal, nhi chal, nahi kar pa, nhi kar pa, kaam nahi, kam nahi, nahi le raha, nahi khul, "
        "nhi khul, cancel*, problem, samasya, dikkat, galti, nahi lag, invalid, block, nahi ja raha, nahi ho sak*, "
        "gadbad, kharab"
    ),
    Concept.HALT: (
        "rok diya, suspend*, maintenance, disable*, band kar*, band hai, band ho, band kiya, withdrawal band"
    ),
    Concept.DOWN: ("down, band pada, nahi khul, load nahi, server, timeout, crash*, response nahi, 500, 503, thap"),
    Concept.DOUBLE: "do baar, do bar, dobara kat*, double, 2 baar, 2 bar, dugna, do dafa",
    Concept.LIQUIDATED: "liquidat*, position .. band, position .. close*, position .. kaat*",
    Concept.WRONG: "galat, bina wajah, bina karan, bewajah, bina kisi",
    Concept.SENT: "blockchain, explorer, confirm*, hash, txid, kat gaya, kat gaye, kata, debit",
    Concept.ANGRY: ("bakwas, bekar, ghatiya, mazak, majak, pagal, sharam, sharm, bewakoof, hadd, gussa, tang"),
    Concept.REPEAT: (
        "koi update, update, phir se, fir se, dobara, jawab nahi, reply nahi, koi jawab, koi reply, pehle bhi, dusri "
        "baar, kuch pata, kuch hua kya, kya hua, hello"
    ),
    Concept.QUESTION: (
        "kaise, kya main, kya mai, kya aap, batao, bataiye, bata sakte, kya hai, kaise .. badle/badlun/kare/karun/"
        "karu/kar/hota/add/update, kitna/kitni/kitne, kaun/konsa/kaunsa/kaunsi, kahan/kaha se/par/milega, kya .. "
        "sakta/sakti/sakte/zaroori/jaruri/support, chahta/chahti/chahte hu/hoon/hun, janna/jaanna/samajhna, farak/"
        "antar/difference, batao/bataiye/bataye kaise/kya"
    ),
    Concept.OWN_FAULT: (
        "galat pata, memo bhool*, memo nahi, bina memo, tag nahi, purana address, naya phone, phone kho*, phone "
        "kharab, number badal*, number change, password bhool*, galat/dusre/doosre/purane/alag .. address/network/"
        "wallet/account/memo/tag/amount/number/naam/coin, galti se/meri/ho, meri galti, bhool/bhul gaya/gayi, "
        "minimum/maximum/limit .. kya/se/kam, balance kam/nahi/insufficient, smart contract, wapas/vapas .. mil/kar/"
        "aa, expire*/dhundhla/blur, biwi/pati/maa/papa/dost/bhai/behan ka/ki/ke"
    ),
    Concept.OTHER_MATTER: (
        "referral, bonus, coupon, promo, tax, statement, account delete, account band kar*, naam badal*, naam "
        "change, email badal*, email change, address change, listing, dark mode, bhasha, airdrop, csv, invoice, "
        "limit badha*, contest, password change, password badal*, itr, refer karne, refer kiya"
    ),
    Concept.HACK: "hack*",
    Concept.SCAM: "scam*, thag*, thagi, thug*",
    Concept.LEGAL: (
        "kanoon*, kanun*, legal*, lawyer*, mukadma, court case, vakeel*, vakil*, wakil*, kanooni, kanuni, case kar*/"
        "karunga/karungi, legal notice/action"
    ),
    Concept.UNAUTHORISED: (
        "maine nahi, mene nahi, maine nhi, mene nhi, mai ne nahi, mere bina, meri permission, bina pooche, meri "
        "anumati, bina anumati, kisi ne, kisi aur, koi aur, anjaan, anjan, meri marzi, mere bagair, shak, dusre "
        "desh, doosre desh, khali kar*, saaf kar*, mere account me kisi, login kisi, kisi/anjan/anjaan/dusre/doosre "
        ".. mere/mera/meri/login/nikal*/withdraw*/use/istemal/badal*/access/bech*/kharid*, kisne kiya/nikala/bheja/"
        "badla, maine/mene/mai/main/humne .. nahi/nahin/nhi/kabhi .. nikal*/bheja/banaya/manga/becha/kharida/badla, "
        "ye/yeh/wo/woh mai/main/maine/mene/mera/meri nahi/nahin/nhi, mera/meri nahi/nahin/nhi hai/tha/thi, password/"
        "email/number/2fa/pin/sim .. badal diya/gaya/di/gayi, password/email/number/2fa .. change ho/kar/hua, sim .. "
        "swap/clone/band/duplicate/badal*, account/wallet/balance .. khali/saaf/udaa/uda, account freeze/lock/block, "
        "anjan/anjaan/unknown/suspicious/ajeeb device/login/address/ip/transaction/activity/number, mere naam/"
        "documents/aadhaar/pan se/ka/ki, bina mere/meri/bataye/permission/puche/ijazat, yaad nahi/nahin .. kiya/kab, "
        "kisi ke dwara, mere naam se/par, jab main/mai so .. raha/rahi, maine/mene/main/mai ye/yeh/wo/woh/koi "
        "transaction/withdrawal/order/transfer/request/login nahi/nahin/nhi"
    ),
    Concept.STOLEN: "chori*, churaya, chura*, chor, loot*, lut gaya, lut gaye",
    Concept.FRAUD: (
        "dhoka*, jhansa, blackmail*, otp bata*, otp mang*, seed phrase, private key, anydesk, teamviewer, support "
        "ban*, telegram/whatsapp/instagram/facebook pe/par/wale/group/ka/ke/admin/support, fraud*, thagi, dhokha*, "
        "farzi/nakli/fake, otp/password/code .. bata/de/share/manga/maanga, customer care .. bol*/ban*/call, bola/"
        "kaha/bole .. deposit/transfer/bhejo/pay/install, paise double/dugna, kya ye aap/sach, jab tak .. paise/"
        "payment/pay nahi, dabav/majboor/zabardasti, password/otp/details .. daal diya/bata diya/de diya"
    ),
    Concept.THREAT: (
        "maar dunga, maar dalunga, jaan se, dhamki, dekh lunga, bomb, office aa*, office me aa*, hath pair, "
        "pachtaoge, goli"
    ),
    Concept.AUTHORITY: (
        "fir, shikayat darj, complaint darj, sarkar*, kacheri, police*, thane/thana, cyber cell/crime, adalat, "
        "court, consumer court/forum, sebi, rbi, fir/f.i.r, ombudsman"
    ),
    Concept.SELF_HARM: (
        "khudkhushi, jaan de*, apni jaan, jaan de/dedunga/de dunga/dungi, mar jaun*/jaunga/jaungi, khudkush*, "
        "atmahatya, aatmahatya, suicide, jeena/jina nahi, zeher, latak"
    ),
    Concept.HARMLESS: (
        "koi hai, koi jawab/reply/update/batao/madad/help, koi to, kisi ka jawab, kya hua/ho, kitna time/samay/der/"
        "wait, kitni der, paisa/paise chahiye, jawab chahiye"
    ),
}
