"""English."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "withdraw*, wd, payout*, pay out, cash out, cashout, outgoing, send out, sending out, sent out, move my .. "
        "off, take my .. out, get my .. out, to my ledger, to my wallet, to my own wallet, to my hardware, to my cold"
    ),
    Concept.DEPOSIT: (
        "deposit*, top up, topup*, topped up, incoming, fund my account, funded my account, credited, not credit*, "
        "sent .. to you, sent .. to my account, sent .. to the exchange, transferred .. to my account, paid in, pay "
        "in"
    ),
    Concept.CARD: (
        "card, cards, visa, mastercard, amex, maestro, 3ds, 3d secure, apple pay, google pay, cvv, credit card, "
        "debit card"
    ),
    Concept.SEPA: ("sepa, iban, bank transfer, wire, euro transfer, eur transfer, bank wire, instant transfer"),
    Concept.BANK: "bank, banks, banking, swift, ach, faster payment*, revolut, wise, n26",
    Concept.BUY: ("buy crypto, buying crypto, purchase*, buy with, buying with, checkout, buy .. card, buy .. with"),
    Concept.TRADE: (
        "order, orders, trade, trades, trading, limit order, market order, stop loss, stoploss, stop order, take "
        "profit, matching, execution, execut*, fill, filled, fills, slippage, sell order, buy order, order book, "
        "orderbook, cancel order, close my position, spot"
    ),
    Concept.FUTURES: (
        "futures, perp, perps, perpetual*, margin, leverage*, position, positions, long, short, contract, contracts, "
        "derivative*, pnl"
    ),
    Concept.VERIFY: (
        "kyc, verif*, identity check, id check, passport*, selfie*, liveness, id card, driving licence, driver "
        "license, driver s license, document*, proof of address, onboarding, face scan"
    ),
    Concept.LOGIN: (
        "login, log in, logging in, logon, log on, sign in, signing in, signin, logged out, access my account, get "
        "into my account, locked out"
    ),
    Concept.CODE: (
        "2fa, code, codes, otp, one time, authenticator, verification code, two factor, passcode, confirmation code, "
        "totp"
    ),
    Concept.SMS: "sms, text message*, texts, phone number, my phone, mobile number, texted",
    Concept.API: (
        "api, apis, rest, endpoint*, websocket*, ws, webhook*, bot, bots, api key*, ccxt, hmac, http*, 5xx, 500, "
        "502, 503, 504, 429, rate limit*, request*, 3commas, script, postman"
    ),
    Concept.PRICE: "price*, chart*, ticker*, quote*, candle*, rate, rates, index",
    Concept.FEES: "fee, fees, commission*, maker, taker, cost, costs, charge me",
    Concept.STAKING: "stak*, earn, reward*, yield, apy, unstak*, lending, savings",
    Concept.BALANCE: "balance*, portfolio, funds, holdings, wallet",
    Concept.APP: "app, ios, android, website, web site, page, browser, screen, site",
    Concept.EMAIL: "email*, e mail*, mail, inbox, spam folder",
    Concept.NODE: (
        "hot wallet, hotwallet, node sync*, node is not sync*, out of sync, node stuck, node lag, block height"
    ),
    Concept.SALES: (
        "partnership*, list our token, listing our, listing fee, institutional account, otc desk, business account, "
        "market maker program*, affiliate program*"
    ),
    Concept.DELAY: (
        "delay*, late, pending, stuck, slow*, waiting, wait, hours, since yesterday, since this morning, still "
        "processing, processing, in progress, taking forever, taking so long, takes so long, taking too long, how "
        "long, when will, hanging, hangs, frozen, lag, lags, lagging, laggy, latency, backlog, queue*, overdue, "
        "unconfirmed, not confirm*, no confirmation*, not moving, not moved, longer than, freez*, where is, where "
        "are, wheres, days, still waiting, long, timing out"
    ),
    Concept.NOT_RECEIVED: (
        "not arriv*, not .. arriv*, not receiv*, not .. receiv*, never arriv*, never .. arriv*, never came, never "
        "receiv*, never got, not show*, not .. show*, not credit*, not .. credit*, not appear*, not .. appear*, "
        "missing, not reach*, not .. reach*, nothing arriv*, not here, not there, not in my, nothing in my, nothing "
        "yet, not come, not .. come, not coming, not landed, not .. landed, where is, where are, wheres, disappear*, "
        "gone, vanish*, no sign of, not get, not getting, not gotten, not got, not delivered, undelivered, not "
        "posted, not booked, nothing shows, nothing comes, no code, no sms, no codes, no text, still no, still not, "
        "still nothing, lost, not seeing, not see"
    ),
    Concept.FAIL: (
        "fail*, declin*, reject*, refus*, error*, not work*, not .. work*, unsuccessful, denied, invalid, not "
        "possible, can not, unable, impossible, cancelled, canceled, bounced, not go through, not going through, "
        "will not, not accept*, not let, not .. let, broken, crash*, not submit*, not load*, not open*, not upload*, "
        "not process*, not succeed*, something went wrong, blocked, try again, won t, problem, problems, issue, "
        "issues, bug, bugs, glitch*, busy"
    ),
    Concept.HALT: (
        "suspend*, pause, paused, halt*, disabled, maintenance, temporarily, unavailable, not available, greyed out, "
        "grayed out, closed for, on hold, stopped, switched off, deactivat*, button is grey, button is gray, turned "
        "off, network upgrade, not possible"
    ),
    Concept.DOWN: (
        "down, outage*, offline, unreachable, server error*, internal error*, internal server error, unavailable, "
        "500, 502, 503, 504, 5xx, gateway, bad gateway, time out, timeout*, timed out, times out, not respond*, no "
        "response, crash*, service unavailable, not load*, not reachable, keeps spinning, spinning, spinner, "
        "endless*, error page, blank"
    ),
    Concept.DOUBLE: (
        "twice, double, doubled, duplicate*, two times, 2x, 2 times, second time, debited again, charged again, both "
        "times"
    ),
    Concept.LIQUIDATED: (
        "liquidat*, forced clos*, force clos*, closed my position*, position .. closed, positions .. closed, margin "
        "call, stopped out, auto deleverag*, adl, wiped"
    ),
    Concept.WRONG: (
        "wrong*, incorrect*, erroneous*, mistaken*, by mistake, without reason, no reason, for no reason, should not "
        "have, not correct, unjust*, never touched, never reached, was fine, healthy, too early, unfair*"
    ),
    Concept.SENT: (
        "confirmed on, on chain, onchain, blockchain, explorer*, confirmations, confirmation, txid, tx hash, hash, "
        "mempool, etherscan, tronscan, solscan, blockchair, completed on, broadcast*, block, blocks"
    ),
    Concept.ANGRY: (
        "ridiculous, joke, unacceptable, worst, terrible, horrible, disgust*, pathetic, useless, furious, angry, fed "
        "up, disgrace*, shame, incompetent, garbage, trash, clowns, clown, wtf, hell, damn, crap, sick of"
    ),
    Concept.REPEAT: (
        "any update*, any news, update*, still waiting, follow* up, again, second ticket, second message, third "
        "time, wrote already, already wrote, no answer, nobody answer*, no reply, no response, hello, anyone there, "
        "bump, asked before, my last ticket"
    ),
    Concept.QUESTION: (
        "which, could you explain, what does, question about, what/whats is/are/s the/a/an, what/whats the "
        "difference, what/which .. do/should/must/can i/we, which/what fee/fees/limit/limits/documents/document/"
        "network/networks/currency/currencies/countries, difference between, how much/many/often, how do/does/can/"
        "could/should/would/to, where/whom do/can/could/should/would i/we, is/are there, can/could/may/should/must/"
        "shall i/we, do/does/did you/it/this/tocsin support/offer/accept/have/allow/charge/need/require, do i/we "
        "have/need/pay, is/was it possible/allowed/necessary/required/normal/safe/ok/true, wondering/curious/"
        "interested, want/wanted/like/love/need/wish/plan/planning to .. change/update/switch/know/understand/learn/"
        "ask/enable/add/remove/set/export/download/increase/raise/upgrade/move/use/link/delete/close/verify/convert/"
        "get/open, please explain/clarify, looking for/to, any way to, instructions, tutorial, documentation, docs, "
        "changelog, manual, guide"
    ),
    Concept.OWN_FAULT: (
        "forgot .. memo, forgot .. tag, without .. memo, without .. tag, without memo, no memo, missing memo, memo "
        "missing, destination tag, typo, accidentally, below the minimum, below minimum, less than the minimum, "
        "under the minimum, insufficient, not enough funds, not enough balance, new phone, lost my phone, changed my "
        "number, changed my phone, broke my phone, reset my phone, reset my password, reset 2fa, reset my 2fa, "
        "disable 2fa, fat finger*, misread, misclick*, wrong/incorrect/different/mistaken/another/other/old/bad/"
        "false .. address/network/chain/wallet/iban/memo/tag/coin/amount/token/number/currency/account/name/exchange/"
        "price/date, my own/fault/mistake/error/bad/stupid*, i/we accidentally/mistakenly/wrongly/stupidly/mistyped/"
        "misread/misclicked/misspelled/forgot/overlooked, i/we clicked/pasted/entered/typed/sent/used/chose/selected/"
        "copied/picked/scanned .. wrong/twice/instead/mistake/accident/incorrect/another, by accident/mistake, "
        "minimum/maximum/min/max amount/deposit/withdrawal/limit/order/size/value, daily/weekly/monthly/withdrawal "
        "limit*, insufficient/not enough/too little/too low balance/funds/margin/money/amount, smart contract, "
        "reverse/undo/recover/retrieve it/this/that/them/my, lost forever, forgot to/my/the, expired/blurry/"
        "unreadable/cropped/damaged, name .. differs/different/mismatch*/match, mother*/father*/wife*/husband*/"
        "brother*/sister*/friend*/partner*/company .. card/account/name/bank/phone, not supported, does not support, "
        "unsupported, already expired, too early/late to cancel, deserved, test transaction/withdrawal/deposit"
    ),
    Concept.OTHER_MATTER: (
        "referral, refer a friend, bonus*, promo*, voucher*, coupon*, airdrop*, statement*, csv, export, change my "
        "name, change my email, change my address, change my password, listing, list a, new coin, dark mode, "
        "language, newsletter, unsubscribe, gdpr, invoice, vip, tier, leaderboard, competition, contest, nft*, gift "
        "card*, job, career*, suggestion, whitelist, white list, nickname, username, account statement, trading "
        "history, transaction history, raise my limit, increase my limit, limit increase, sub account*, subaccount*, "
        "thank/thanks .. yesterday/quick/great/resolved/solved/fixed/good, all good, works/working/fixed/solved/"
        "resolved now, launchpool, launchpad, staking reward*, invite*, invitation, merch*, ambassador, dark theme, "
        "widget, font, translation, p2p, seller, buyer, escrow, tax/taxes/accountant/audit, certificate, testnet, "
        "sandbox, roadmap, feature/features, close/delete/deactivate my account, complaint about .. agent/support/"
        "staff"
    ),
    Concept.HACK: "hack*, haxx*, hacked",
    Concept.SCAM: "scam*, skam*",
    Concept.LEGAL: (
        "legal*, sue, law suit, law firm, small claims, legal team, legal department, class action, lawyer*/"
        "solicitor*/attorney*/barrister*/counsel, litigat*, lawsuit*/suing/sued/sues, take/taking you/this/them to "
        "court, court case, to court, in court, see you in court, legal action/steps/proceedings/advice/"
        "representation/representative, sue/sued/suing you/tocsin/your"
    ),
    Concept.UNAUTHORISED: (
        "not me, was not me, not by me, not mine, did not authori*, never authori*, i never initiat*, i did not "
        "initiat*, i do not recogni*, do not recogni*, unrecogni*, unauthori*, suspicious log*, suspicious act*, "
        "someone with*, somebody with*, stranger*, device i do not, address i have never, compromis*, taken over, "
        "took over, account takeover, breach*, was asleep, i was sleeping, while i slept, another country, from a "
        "country, simswap*, intruder*, sessions i do not, session i do not, infiltrat*, not my device, not my "
        "address, not my wallet, 2fa was, i have not request*, i have not done, keylog*, malware, virus, trojan, "
        "account was accessed, trades i did not, orders i did not, withdrawal i did not, withdrawal i never, login i "
        "did not, code i did not, codes i did not, sms i did not, freeze everything, freeze the account, i did not "
        "give, i have never request*, i have not initiat*, i have not confirmed, i have not logged, i have not "
        "changed, who has access, who is moving, someone from, anyone .. my account, unfamiliar, not familiar with, "
        "address i did not, wallet i do not, account i do not own, while i was away, in my sleep, access to my "
        "account without, gained access, got access, got into my, broke into, broken into, break in, logged into my "
        "account, log into my account from, signed in from, sign in from, sim was, sim card was, sim got, number was "
        "ported, ported out, ported my, cloned my, phone has been changed, 2fa has been, 2fa got, api key i did not, "
        "api key i never, swept, emptied out, cleaned my account, all my coins are gone, everything is gone, all "
        "gone, withdrawn without, sent without, sold without, moved without, transferred without, unauthorized, "
        "unauthorised, rogue, hijack*, leaked, exposed my, i did not .. request*, i did not .. authori*, i did not "
        ".. initiat*, i did not .. approv*, i did not .. withdraw*, i did not .. made, i did not .. make, i did not "
        ".. start*, i did not .. creat*, i did not .. trigger*, i did not .. ask*, i did not .. recogni*, i never .. "
        "request*, i never .. authori*, i never .. initiat*, i never .. approv*, i never .. withdraw*, i never .. "
        "made, i never .. make, i never .. start*, i never .. creat*, i never .. trigger*, i never .. ask*, i never "
        ".. recogni*, i have not .. request*, i have not .. authori*, i have not .. initiat*, i have not .. approv*, "
        "i have not .. withdraw*, i have not .. made, i have not .. make, i have not .. start*, i have not .. "
        "creat*, i have not .. trigger*, i have not .. ask*, i have not .. recogni*, i had not .. request*, i had "
        "not .. authori*, i had not .. initiat*, i had not .. approv*, i had not .. withdraw*, i had not .. made, i "
        "had not .. make, i had not .. start*, i had not .. creat*, i had not .. trigger*, i had not .. ask*, i had "
        "not .. recogni*, not me who, nobody but me, was not even, i do not own, i do not have that, i do not use "
        "that, never heard of, never been to, from .. ip, from an ip, third party, my ex, ex wife, ex husband, ex "
        "boyfriend, ex girlfriend, my roommate, flatmate, my son .. withdr*, stop the withdrawal, stop this "
        "withdrawal, stop that withdrawal, cancel the withdrawal immediately, cancel this withdrawal immediately, "
        "cancel it immediately, stop it immediately, reverse it immediately, account is empty, wallet is empty, "
        "everything gone, whole balance, entire balance, full balance, all my money is gone, all my crypto is gone, "
        "clicked a link, clicked on a link, clicked the link, a link in, entered my password, typed my password, "
        "secure my account, protect my account, security incident, security breach, account security, is not my "
        "address, is not my wallet, is not my device, is not my ip, is not mine, are not mine, nothing to do with "
        "me, had nothing to do, i was at work, i was on a plane, i was in bed, i was offline, was not at home, was "
        "not online, my phone was off, not my doing, no idea who, no clue who, not know who, do not know whose, my "
        "email got, my mail account, email account was, lost control, lost my sim, phone was stolen, stolen phone, "
        "laptop was stolen, different address than, replaced the address, address changed, swapped the address, "
        "clipboard, drained my, was drained, been drained, got drained, drained from, is drained, draining my, "
        "emptied my, was emptied, been emptied, got emptied, i/we did not withdraw/request/make/do/place/order/"
        "authori*/initiate/approve/confirm/create/add/start/register/ask/sign/log/login/trade/sell/buy/open/transfer/"
        "send/enable/disable/execute/trigger/submit/whitelist/grant/move/set/spend/sanction/consent/touch/perform/"
        "schedule/change/recogni*, i/we did not ever/even/actually/personally/knowingly/myself withdraw/request/make/"
        "do/place/order/authori*/initiate/approve/confirm/create/add/start/register/ask/sign/log/trade/sell/buy/"
        "transfer/send/set/change, i/we never withdr*/request*/made/did/placed/ordered/authori*/initiated/approved/"
        "confirmed/created/added/started/registered/asked/signed/logged/traded/sold/bought/transferred/sent/enabled/"
        "disabled/set/whitelisted/granted/moved/consented/changed/gave/linked/used, i/we/m/am/are not placing/making/"
        "doing/requesting/sending/moving/trading/withdrawing/buying/selling/authorising/authorizing, i/we have/had "
        "not requested/authori*/initiated/approved/withdrawn/made/ordered/placed/sent/created/sanctioned, i/we have/"
        "had never requested/authori*/initiated/approved/withdrawn/made/ordered/placed/sent/created/seen/used/"
        "visited/been/owned/heard, someone/somebody/somone/smeone/sombody/someody/someon/stranger/strangers/"
        "intruder*/imposter*/impostor* .. my/mine/into/in/log*/use/uses/used/using/try/tries/tried/trying/chang*/"
        "withdr*/took/takes/taking/moved/moving/sent/sends/sending/access*/opened/made/makes/making/buys/bought/"
        "buying/sold/sells/selling/has/had/got/gets/transferr*/empt*/created/added/enter*/guess*/knows/else/"
        "impersonat*/pretend*/register*/placed/placing/controls/remov*/reset/keep*/request*/found/spent/cashed, "
        "daughter/son/boyfriend/girlfriend/husband/wife/brother/sister/cousin/roommate/colleague/ex/partner/flatmate/"
        "employee .. used/took/accessed/withdrew/logged/stole/transferred/emptied/sent/knows/changed/spent/gambled, "
        "identity/passport/documents/details .. was/were/been/being/is used/misused/abused/stolen/sold, someone/"
        "somebody/anyone/person/people else, address*/device*/ip/ips/login/logins/session*/country/city/location .. "
        "not/never/no .. know/recogni*/recognise*/seen/own/used/visit*/familiar/belong*/idea/mine, withdraw*/"
        "transaction*/transfer*/order/orders/trade/trades/payment*/purchase*/charge* .. not/never .. recogni*/"
        "familiar/aware, withdraw*/transfer*/order/orders/trade/trades/payment*/purchase*/device*/address*/login/"
        "session*/number is/are/was/were not mine/ours, unknown/unfamiliar/strange/suspicious/unusual/weird/foreign/"
        "unrecogni*/unauthori*/unexpected/dubious device*/ip/ips/login*/log/sign/address*/activity/session*/"
        "transaction*/withdraw*/transfer*/order/orders/trade*/country/location/access/person/people/number/wallet/"
        "email*/purchase*/charge*, password/passwords/email/mail/whitelist/pin/credentials was/were/has/have/got/"
        "been .. chang*/reset/remov*/replac*/swapp*/modified/altered/ported/cloned/compromised, 2fa/authenticator/"
        "passkey was/were/has/have/got/been .. chang*/remov*/disabled/replac*/swapp*/deactivated/turned, key/keys/"
        "token was/were/has/have/got/been .. created/generated/added/leaked/exposed/compromised/stolen, address/"
        "addresses was/were/has/have/got/been .. chang*/swapp*/replac*/added/altered/whitelisted, sim/simcard/esim "
        ".. swap*/port*/clon*/jack*/hijack*/stopped/dead/deactivated/replaced/lost/duplicat*/stolen, lost/no signal "
        ".. password/email/account, phone .. lost signal/service, account/wallet/balance/funds/coins/everything/"
        "savings .. emptied/drain*/wiped/cleaned/swept/looted/siphon*, who/whoever .. made/did/withdr*/moved/sent/"
        "changed/logged/placed/authori*/approved/requested/using/took/accessed, login/logins/access from .. at/on .. "
        "live/reside, i am in .. not, never been there, i was not there, not .. done/made/requested/authori*/"
        "initiated/approved/placed/ordered/confirmed by me/us/myself, key/keys/device*/session*/login*/addresses .. "
        "appeared/popped, login/signin/security/access alert/notification/warning/notice .. from, i/we did/have/had "
        "not generated/generate/issue/issued, it/this/that/these/those was/were/is/are/wasn not me/us/mine, freeze/"
        "lock/block/suspend my/our account/wallet/funds/everything, before they/he/she take/takes/steal*/empty/"
        "empties, they/he/she had/has/have/took/got/knows my passport/id/password/code/codes/selfie/card/phone/seed/"
        "key/keys/data/documents, using/uses/used my identity/passport/documents, behind my back, "
        "without me/my knowing/knowledge/consent/approval/permission/doing/authori*/involvement, someone/somebody/"
        "somone/sombody/someody .. verif*/signed/signing/hack*/steal*/stole/paid/paying/set/activat*/disabl*/enabl*/"
        "approv*/confirm*/initiat*/order*/is/was/were, i/we made/did/requested/placed/authori*/know/recogni*/"
        "initiated/sent/approved neither/none, neither/none .. by/from/made by me, neither/none .. mine, no memory/"
        "recollection/knowledge/awareness of, not remember/recall .. making/placing/doing/authori*/sending/adding/"
        "requesting/approving/confirming/ordering/setting/this/that/it, not in my address/contact/contacts/"
        "whitelist, not one/any of my addresses/wallets/devices/accounts, i/we approved/confirmed/requested/authori*/"
        "ordered/initiated nothing, attacker*/hacker*/criminal*/fraudster*/cybercrim*/perpetrator*/culprit*/burglar*/"
        "thief/thieves, another/new/different/second sim/esim, whoever/whomever is/has/did/took/got/uses/controls/"
        "made/sent, there are/is/was/were .. login*/session*/device* from, never left/visited/travelled/traveled, by "
        "someone/somebody/others/strangers, without trying/requesting/asking/logging/initiating/ordering/approving/"
        "confirming/touching, while/when i/my .. asleep/sleep/sleeping/offline/flight/plane/hospital/holiday/"
        "vacation, at night .. not/never me, behind me, remote/remotely access*/control*/connected, lost access to "
        "my email/mail/phone/sim/number, control/controls/controlling/controlled my email/mail/account/phone/number, "
        "my account/wallet/phone/email/mail/computer/laptop/pc was/is/has/got .. infected/compromis*/breach*/entered/"
        "used/accessed/taken/stolen/cloned/hijack*, impersonat*, opened/opens/opening/ordered/approved/requested/"
        "placed/made/makes/making/withdr*/traded/trading/registered/registers/applied/signed/wrote/writes/acted/acting/"
        "acts/borrowed/bought/sold/submitted/someone/somebody/person/people/done/taken/sent/trades/orders/loans .. in/"
        "under my name, pretending/posing/"
        "claiming/acting to/as/as if, not recognise/recognize/know/identify this/that/these/those/the, did not come/"
        "originate from me/us/my, not from/by/me/mine i/my/swear, i/we know nothing about/of, not .. coming/"
        "originating from me/us, email/mail/login/password/address was/were/got .. switched/moved, share/shared/"
        "sharing my screen, still has/have access, has/have/had access to my/our, changed/replaced/altered/swapped/"
        "substituted by, not identify/place/explain this/that/it/them, but i/we never/not .. registered/register/"
        "signed/joined/applied/ordered, though/although i/we never"
    ),
    Concept.STOLEN: (
        "stolen, stole, theft, thief, thieves, rob, robbed, stealing, cleaned out, steal my, stealing my, steals, "
        "robbing my, mugged, burgl*, pickpocket*, loot*, phone/laptop/device/card/wallet/passport .. stolen/robbed/"
        "snatched/nicked, nicked my, pinched my"
    ),
    Concept.FRAUD: (
        "fraud*, phish*, fake, impersonat*, ponzi, claims to be .. support, said .. from your support, called me .. "
        "support, anydesk, teamviewer, remote access, seed phrase, recovery phrase, private key, romance, pig "
        "butcher*, investment group, telegram group, whatsapp group, money laundering, launder*, gave .. my code, "
        "gave him, gave her, gave them my, chargeback*, tricked, deceived, con artist, swindl*, crook*, identity "
        "theft, forged, extort*, blackmail*, ransom*, trader who, broker who, tax to withdraw, asked me for my, "
        "wanted my code, told me to send, promised me, doubled my, investment platform, investment advisor, "
        "investment scheme, financial advisor, my mentor, crypto mentor, someone called me, i got a call from, a man "
        "called, a woman called, someone on telegram, on whatsapp, over whatsapp, on instagram, on facebook, online "
        "girlfriend, met online, dating, screen share, screen sharing, shared my screen, recovery service, recover "
        "my funds, mule, sanction*, launder, dirty money, double spend, forger*, not your real, is this email from "
        "you, counterfeit, support number, called your support number, telegram/whatsapp/instagram/facebook/discord/"
        "twitter/tiktok/tinder/snapchat/wechat/viber/linkedin/youtube .. admin*/agent*/guy/man/woman/person/friend/"
        "trader/mentor/expert/adviser/advisor/manager/signal*/invest*/told/asked/said, persuaded/lured/convinced/"
        "groomed/tricked/pushed/urged by, site/page/website/app/link .. not yours, not your site/page/website/app/"
        "employee/staff, admin*/agent*/guy/man/woman/person/trader/mentor/expert/adviser/manager/helper .. telegram/"
        "whatsapp/instagram/facebook/discord/twitter/tiktok/tinder/wechat/viber, asked/told/instructed/convinced/"
        "persuaded/advised/forced/guided/urged/wants/wanted/tells/asks me/us/him/her .. deposit/transfer/pay/install/"
        "buy/move/invest, talked me into, asked/asking/wanted/demanded .. for my password/pin/seed/passphrase, pay/"
        "paid/paying .. tax/taxes/insurance .. withdraw/unlock/release/unfreeze, pay/paid/paying .. fee/deposit .. "
        "unlock/release/unfreeze, gave/give/shared/sent/told/read/entered/typed/showed .. password/passphrase/seed/"
        "otp/pin, was/is/are that/this/it/these really you/yours/genuine/legit/legitimate/real/official, fake/bogus/"
        "counterfeit/spoofed/cloned/lookalike/suspicious site/website/page/app/email*/mail/support/agent/admin/sms/"
        "message*/call*/link, promis*/guarantee* .. profit*/return*/double/doubled/gains/interest, mentor/broker/"
        "signal/forex/arbitrage/romance/crypto expert/manager/group/teacher/coach/scheme/scam, call/called/caller/"
        "calling .. claim*/pretend*/posing, posing as, pretend* to be, claiming to be, impostor*, imposter*, spoof*, "
        "verify/validate/synchroni*/activate/unlock the/my/your wallet, copycat/lookalike/clone/cloned/bogus/spoof*/"
        "counterfeit/rogue/shady/dodgy/imitation/phony page/site/website/app/link/domain/url/mail/email/support/"
        "wallet, until/unless i .. send/pay/deposit/transfer, frozen/locked/blocked until, send/pay/deposit/transfer "
        "another/more/extra/additional .. to/before/first, release/unlock/unfreeze/activation/verification/clearance "
        "fee/tax/payment/deposit, pressured/coerced/blackmail*/threatened/extort* me/us, on the phone .. told/asked/"
        "made, too good to be true, gave/given/handed/shared/revealed .. credentials/password/passphrase/seed/otp/"
        "pin/login, entered/typed/submitted .. credentials/password/passphrase/seed/mnemonic/keys, not the real/"
        "official/genuine, am i being scammed, fell for, lost everything/savings .. to/scheme/trader/platform, never "
        "heard back from .. broker/trader/manager, wallet/address/iban/account .. agent/support/guy/he/she/they/"
        "employee gave/sent/told/provided me/us, over the phone"
    ),
    Concept.THREAT: (
        "find you, find out where you, bomb*, i know where you, shoot, weapon*, gun, your staff will, violence, "
        "threat*, make you pay, destroy you, your family, come for you, watch your back, smash, you will pay, pay "
        "for this, i will come, coming for you, where you live, where you work, bullet, break your, burn your, you "
        "are dead, you are all dead, drop dead, kill/hurt/shoot/stab/beat/hunt/murder you/your/everyone/somebody/"
        "someone, come/coming/drive/driving/show/showing .. your office/headquarters/door/house/home, burn .. down, "
        "blow .. up, blood on your hands, get/be/are hurt/harmed/killed/shot, you/they/someone/somebody will/shall/"
        "going .. hurt/suffer/bleed/die/burn/regret, i/we will make you/them/sure .. pay/suffer/regret/hurt"
    ),
    Concept.AUTHORITY: (
        "court, regulator*, regulatory, bafin, cysec, consumer protection, prosecutor*, criminal complaint, "
        "interpol, fbi, cftc, financial authority, financial conduct, file a complaint, formal complaint, press "
        "charges, tribunal, subpoena, warrant, court order, arbitrat*, data protection authority, cease and desist, "
        "statutory, litigation, deadline by which, seek compensation, notary, report you to, reporting you to, "
        "reported to the, the sec, the fca, claim damages, letter before action, consumer rights, claim against you, "
        "formal notice, legal notice, official complaint, complaint with, complaint to the, complained to, reported "
        "this to, report this to, report to the, my bank s fraud, supervisory, data protection, gdpr complaint, "
        "subject access, liability, negligen*, breach of contract, breach of your terms, terms of service violation, "
        "law, laws, unlawful*, illegal*, crime, criminal*, prosecut*, jail, prison, police/cops/sheriff/detective/"
        "gendarm*, law enforcement, authorities, watchdog, ombuds*, mediator, bailiff, judge, magistrate, report* .. "
        "police/authorit*/regulator*/fca/sec/bafin/esma/mica/cssf/amf/finra/ic3, small claims court, complaint .. "
        "regulator*/authorit*/ombuds*/fca/sec/bafin, data protection officer, press/media/journalist* .. story/"
        "publish/report"
    ),
    Concept.SELF_HARM: (
        "end it all, want to die, not want to be alive, cannot go on living, can not go on, overdose, can not live, "
        "not live anymore, end everything, ending it, nothing to live for, do not see a way out, take pills, jump in "
        "front, kill/killing/hurt/harm/hurting/harming/cut/cutting/hang/hanging myself, end/ending/take/taking my/it "
        ".. life, not want/wish to live/wake/exist, no point .. living/life/going, rather be dead, do/doing "
        "something stupid .. myself, leave this world, wish i was/were dead, suicid*, ready to die, going to die/"
        "jump, rather be dead/die, better off dead/without, no longer want/wish .. live/alive/here, thinking of/"
        "about ending/killing/hurting/dying, my life is over/ruined/worthless, do not want to be here/alive anymore, "
        "jump off/from/under, no reason/point/sense to/in .. living/live/life"
    ),
    Concept.HARMLESS: (
        "can/could/will/would/please/pls/may/need/want/hope/have someone/somebody/anyone/anybody, is there someone/"
        "somebody/anyone/anybody, someone/somebody/anyone/anybody please/pls/plz/help/look/explain/tell/answer/reply/"
        "respond/fix/check/contact/there, someone/somebody/anyone from support/your/the, police clearance/"
        "certificate/check, i/we did/have/had not chang* anything/it/them/nothing, not made .. deposit*/withdraw*/"
        "trade* in/for/since, anti phishing, protect/prevent/avoid/insured/insurance/cover/covers/against/from .. "
        "theft/phish*/fraud, what s/is going/happening/wrong/up, whats going/happening/wrong/up, what happened/"
        "happens, how much/many longer/more/time, how do you explain, can i get/have/expect my/it/the/this/an/some/"
        "any, could i get/have an/some/any/my, someone/somebody told/tells/said/says/explained/recommended/mentioned/"
        "suggested, hoping/waiting/wait for someone/somebody, get/have/let/ask/tell/find/reach/speak/talk .. someone/"
        "somebody, someone/somebody who/that can/could/knows, if someone/somebody, someone/somebody is/will .. look*/"
        "help*/check*/work*/respond/reply, does/is/has/did someone/somebody/anyone"
    ),
}
