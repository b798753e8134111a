"""English."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "withdraw*, wd, payout*, pay out, cash out, cashout, outgoing, send out, sending out, sent out, "
        "move my .. off, take my .. out, get my .. out, to my ledger, to my wallet, to my own wallet, "
        "to my hardware, to my cold"
    ),
    Concept.DEPOSIT: (
        "deposit*, top up, topup*, topped up, incoming, fund my account, funded my account, credited, "
        "not credit*, sent .. to you, sent .. to my account, sent .. to the exchange, "
        "transferred .. to my account, paid in, pay in"
    ),
    Concept.CARD: (
        "card, cards, visa, mastercard, amex, maestro, 3ds, 3d secure, apple pay, google pay, cvv, credit card, "
        "debit card"
    ),
    Concept.SEPA: ("sepa, iban, bank transfer, wire, euro transfer, eur transfer, bank wire, instant transfer"),
    Concept.BANK: "bank, banks, banking, swift, ach, faster payment*, revolut, wise, n26",
    Concept.BUY: ("buy crypto, buying crypto, purchase*, buy with, buying with, checkout, buy .. card, buy .. with"),
    Concept.TRADE: (
        "order, orders, trade, trades, trading, limit order, market order, stop loss, stoploss, stop order, "
        "take profit, matching, execution, execut*, fill, filled, fills, slippage, sell order, buy order, "
        "order book, orderbook, cancel order, close my position, spot"
    ),
    Concept.FUTURES: (
        "futures, perp, perps, perpetual*, margin, leverage*, position, positions, long, short, contract, "
        "contracts, derivative*, pnl"
    ),
    Concept.VERIFY: (
        "kyc, verif*, identity check, id check, passport*, selfie*, liveness, id card, driving licence, "
        "driver license, driver s license, document*, proof of address, onboarding, face scan"
    ),
    Concept.LOGIN: (
        "login, log in, logging in, logon, log on, sign in, signing in, signin, logged out, access my account, "
        "get into my account, locked out"
    ),
    Concept.CODE: (
        "2fa, code, codes, otp, one time, authenticator, verification code, two factor, passcode, "
        "confirmation code, totp"
    ),
    Concept.SMS: "sms, text message*, texts, phone number, my phone, mobile number, texted",
    Concept.API: (
        "api, apis, rest, endpoint*, websocket*, ws, webhook*, bot, bots, api key*, ccxt, hmac, http*, 5xx, "
        "500, 502, 503, 504, 429, rate limit*, request*, 3commas, script, postman"
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
        "partnership*, list our token, listing our, listing fee, institutional account, otc desk, "
        "business account, market maker program*, affiliate program*"
    ),
    Concept.DELAY: (
        "delay*, late, pending, stuck, slow*, waiting, wait, hours, since yesterday, since this morning, "
        "still processing, processing, in progress, taking forever, taking so long, takes so long, "
        "taking too long, how long, when will, hanging, hangs, frozen, lag, lags, lagging, laggy, latency, "
        "backlog, queue*, overdue, unconfirmed, not confirm*, no confirmation*, not moving, not moved, "
        "longer than, freez*, where is, where are, wheres, days, still waiting, long, timing out"
    ),
    Concept.NOT_RECEIVED: (
        "not arriv*, not .. arriv*, not receiv*, not .. receiv*, never arriv*, never .. arriv*, never came, "
        "never receiv*, never got, not show*, not .. show*, not credit*, not .. credit*, not appear*, "
        "not .. appear*, missing, not reach*, not .. reach*, nothing arriv*, not here, not there, not in my, "
        "nothing in my, nothing yet, not come, not .. come, not coming, not landed, not .. landed, where is, "
        "where are, wheres, disappear*, gone, vanish*, no sign of, not get, not getting, not gotten, not got, "
        "not delivered, undelivered, not posted, not booked, nothing shows, nothing comes, no code, no sms, "
        "no codes, no text, still no, still not, still nothing, lost, not seeing, not see"
    ),
    Concept.FAIL: (
        "fail*, declin*, reject*, refus*, error*, not work*, not .. work*, unsuccessful, denied, invalid, "
        "not possible, can not, unable, impossible, cancelled, canceled, bounced, not go through, "
        "not going through, will not, not accept*, not let, not .. let, broken, crash*, not submit*, not load*, "
        "not open*, not upload*, not process*, not succeed*, something went wrong, blocked, try again, won t, "
        "problem, problems, issue, issues, bug, bugs, glitch*, busy"
    ),
    Concept.HALT: (
        "suspend*, pause, paused, halt*, disabled, maintenance, temporarily, unavailable, not available, "
        "greyed out, grayed out, closed for, on hold, stopped, switched off, deactivat*, button is grey, "
        "button is gray, turned off, network upgrade, not possible"
    ),
    Concept.DOWN: (
        "down, outage*, offline, unreachable, server error*, internal error*, internal server error, "
        "unavailable, 500, 502, 503, 504, 5xx, gateway, bad gateway, time out, timeout*, timed out, times out, "
        "not respond*, no response, crash*, service unavailable, not load*, not reachable, keeps spinning, "
        "spinning, spinner, endless*, error page, blank"
    ),
    Concept.DOUBLE: (
        "twice, double, doubled, duplicate*, two times, 2x, 2 times, second time, debited again, charged again, "
        "both times"
    ),
    Concept.LIQUIDATED: (
        "liquidat*, forced clos*, force clos*, closed my position*, position .. closed, positions .. closed, "
        "margin call, stopped out, auto deleverag*, adl, wiped"
    ),
    Concept.WRONG: (
        "wrong*, incorrect*, erroneous*, mistaken*, by mistake, without reason, no reason, for no reason, "
        "should not have, not correct, unjust*, never touched, never reached, was fine, healthy, too early, "
        "unfair*"
    ),
    Concept.SENT: (
        "confirmed on, on chain, onchain, blockchain, explorer*, confirmations, confirmation, txid, tx hash, "
        "hash, mempool, etherscan, tronscan, solscan, blockchair, completed on, broadcast*, block, blocks"
    ),
    Concept.ANGRY: (
        "ridiculous, joke, unacceptable, worst, terrible, horrible, disgust*, pathetic, useless, furious, "
        "angry, fed up, disgrace*, shame, incompetent, garbage, trash, clowns, clown, wtf, hell, damn, crap, "
        "sick of"
    ),
    Concept.REPEAT: (
        "any update*, any news, update*, still waiting, follow* up, again, second ticket, second message, "
        "third time, wrote already, already wrote, no answer, nobody answer*, no reply, no response, hello, "
        "anyone there, bump, asked before, my last ticket"
    ),
    Concept.QUESTION: (
        "how do i, how can i, how to, is it possible to, is there a way, what is the, what are the, "
        "where can i, where do i, can i, do you support, do you offer, which, would like to know, "
        "i want to know, is there a limit, could you explain, please explain, what does, how much, "
        "just wondering, curious, question about, do i need"
    ),
    Concept.OWN_FAULT: (
        "wrong address, wrong network, wrong chain, wrong wallet, wrong coin, wrong iban, wrong token, "
        "wrong memo, incorrect address, incorrect network, old address, forgot .. memo, forgot .. tag, "
        "without .. memo, without .. tag, without memo, no memo, missing memo, memo missing, destination tag, "
        "my mistake, my fault, i mistyped, typo, i entered the wrong, i sent it to the wrong, i used the wrong, "
        "by mistake i, i accidentally, accidentally, below the minimum, below minimum, less than the minimum, "
        "under the minimum, minimum deposit, minimum withdrawal, insufficient, not enough funds, "
        "not enough balance, daily limit, expired, my card expired, new phone, lost my phone, "
        "changed my number, changed my phone, broke my phone, reset my phone, different name, friend s account, "
        "my wife s account, my brother s account, i forgot, forgot my password, reset my password, reset 2fa, "
        "reset my 2fa, disable 2fa, unsupported, fat finger*, wrong price, misread, misclick*"
    ),
    Concept.OTHER_MATTER: (
        "referral, refer a friend, bonus*, promo*, voucher*, coupon*, airdrop*, tax, taxes, tax report, "
        "statement*, csv, export, delete my account, close my account, change my name, change my email, "
        "change my address, change my password, listing, list a, new coin, dark mode, language, newsletter, "
        "unsubscribe, gdpr, invoice, vip, tier, leaderboard, competition, contest, nft*, gift card*, job, "
        "career*, feature request, suggestion, whitelist, white list, nickname, username, account statement, "
        "trading history, transaction history, raise my limit, increase my limit, limit increase, sub account*, "
        "subaccount*"
    ),
    Concept.HACK: "hack*, haxx*, hacked",
    Concept.SCAM: "scam*, skam*",
    Concept.LEGAL: (
        "legal*, lawyer*, attorney*, solicitor*, sue, suing, lawsuit*, law suit, legal action, law firm, "
        "small claims, take you to court, see you in court, my counsel, legal team, legal department, "
        "barrister, class action"
    ),
    Concept.UNAUTHORISED: (
        "not me, was not me, not by me, not mine, i did not make, i did not do, i did not request, "
        "i did not authori*, did not authori*, not authori*, never authori*, without my permission, "
        "without my consent, without my knowledge, without my approval, i never made, i never request*, "
        "i never initiat*, i did not initiat*, i did not order, i did not ask for, i never asked for, "
        "i did not send, i never sent, i did not place, i never placed, i did not start, i did not approve, "
        "i never approved, i did not confirm, i did not sign in, i did not log in, i never logged in, "
        "i did not change, i never changed, i did not create, i never created, i did not set up, i did not add, "
        "i do not recogni*, do not recogni*, unrecogni*, unauthori*, unknown device, unknown ip, "
        "unknown address, unknown login, strange login, suspicious log*, suspicious act*, someone else, "
        "somebody else, someone logged, someone log*, someone got into, someone with*, someone access*, "
        "someone changed, someone took, somebody logged, somebody with*, somebody access*, somebody took, "
        "somebody changed, stranger*, foreign ip, foreign country, device i do not, address i do not know, "
        "address i have never, i do not know this address, compromis*, taken over, took over, account takeover, "
        "breach*, was asleep, i was sleeping, while i slept, another country, from a country, sim swap*, "
        "simswap*, intruder*, sessions i do not, session i do not, infiltrat*, not my device, not my address, "
        "not my wallet, password was changed, email was changed, 2fa was, i have not made, i have not request*, "
        "i have not done, keylog*, malware, virus, trojan, account was accessed, trades i did not, "
        "orders i did not, withdrawal i did not, withdrawal i never, login i did not, code i did not, "
        "codes i did not, sms i did not, freeze my account, lock my account, block my account now, "
        "freeze everything, freeze the account, i did not withdraw, i did not transfer, i did not move, "
        "i did not sell, i did not trade, i did not trigger, i did not submit, i did not whitelist, "
        "i did not register, i did not enable, i did not disable, i did not execute, i did not open this, "
        "i did not buy, i did not touch, i did not give, i did not grant, i never withdrew, "
        "i never transferred, i never moved, i never sold, i never gave, i never added, i never traded, "
        "i never bought, i never confirmed, i never signed, i never did, i never whitelisted, "
        "i have never authori*, i have never request*, i have never made, i have never seen this, "
        "i have never used, i have not authori*, i have not initiat*, i have not approved, i have not sent, "
        "i have not confirmed, i have not logged, i have not changed, not made by me, not done by me, "
        "not initiated by me, not requested by me, not authorised by me, not placed by me, who withdrew, "
        "who made this, who made that, who did this, who moved, who has access, who sent, who is moving, "
        "who is using, someone .. my account, someone .. my funds, someone .. my coins, someone .. my btc, "
        "someone .. into, someone stole, someone moved, someone sent, someone transferred, someone emptied, "
        "someone using, someone used, someone made, someone placed, someone sold, someone tried, "
        "someone trying, someone requested, someone from, someone knows my, somebody .. my account, "
        "somebody .. into, somebody tried, somebody trying, somebody moved, somebody sent, somebody used, "
        "somebody using, somebody made, anyone .. my account, suspicious activity, suspicious transaction*, "
        "suspicious withdraw*, suspicious email*, strange activity, strange withdraw*, strange transaction*, "
        "weird login, unusual activity, unusual login, unfamiliar, not familiar with, address i did not, "
        "address is not mine, wallet i do not, wallet that is not mine, account i do not own, "
        "while i was asleep, while i was sleeping, while i was offline, while i was away, in my sleep, "
        "access to my account without, has access to my, have access to my account, gained access, got access, "
        "got into my, broke into, broken into, break in, logged into my account, log into my account from, "
        "signed in from, sign in from, sim was, sim card was, sim got, number was ported, ported out, "
        "ported my, cloned my, password has been changed, email has been changed, phone has been changed, "
        "2fa has been, 2fa got, authenticator was removed, authenticator was changed, api key i did not, "
        "api key i never, api key was created, key i never created, swept, emptied out, cleaned my account, "
        "all my coins are gone, everything is gone, all gone, withdrawn without, sent without, sold without, "
        "moved without, transferred without, unauthorized, unauthorised, rogue, hijack*, leaked, exposed my, "
        "i did not .. request*, i did not .. authori*, i did not .. initiat*, i did not .. approv*, "
        "i did not .. withdraw*, i did not .. made, i did not .. make, i did not .. start*, "
        "i did not .. creat*, i did not .. trigger*, i did not .. ask*, i did not .. recogni*, "
        "i never .. request*, i never .. authori*, i never .. initiat*, i never .. approv*, "
        "i never .. withdraw*, i never .. made, i never .. make, i never .. start*, i never .. creat*, "
        "i never .. trigger*, i never .. ask*, i never .. recogni*, i have not .. request*, "
        "i have not .. authori*, i have not .. initiat*, i have not .. approv*, i have not .. withdraw*, "
        "i have not .. made, i have not .. make, i have not .. start*, i have not .. creat*, "
        "i have not .. trigger*, i have not .. ask*, i have not .. recogni*, i had not .. request*, "
        "i had not .. authori*, i had not .. initiat*, i had not .. approv*, i had not .. withdraw*, "
        "i had not .. made, i had not .. make, i had not .. start*, i had not .. creat*, i had not .. trigger*, "
        "i had not .. ask*, i had not .. recogni*, by someone else, by somebody else, anyone else, not me who, "
        "nobody but me, was not even, i do not own, i do not have that, i do not use that, never heard of, "
        "i have never heard, never been to, i have never been, from .. ip, from an ip, unknown person, "
        "third party, my ex, ex wife, ex husband, ex boyfriend, ex girlfriend, my roommate, flatmate, "
        "my son .. withdr*, stop the withdrawal, stop this withdrawal, stop that withdrawal, "
        "cancel the withdrawal immediately, cancel this withdrawal immediately, cancel it immediately, "
        "stop it immediately, reverse it immediately, account is empty, wallet is empty, everything gone, "
        "whole balance, entire balance, full balance, all my money is gone, all my crypto is gone, "
        "clicked a link, clicked on a link, clicked the link, a link in, entered my password, "
        "typed my password, secure my account, protect my account, security incident, security breach, "
        "account security, is not my address, is not my wallet, is not my device, is not my ip, is not mine, "
        "are not mine, nothing to do with me, had nothing to do, i was at work, i was on a plane, i was in bed, "
        "i was offline, was not at home, was not online, my phone was off, not my doing, behind my back, "
        "no idea who, no clue who, not know who, do not know this address, do not know that address, "
        "do not know this device, do not know whose, my email got, my mail account, email account was, "
        "lost control, lost my sim, new sim, phone was stolen, stolen phone, laptop was stolen, "
        "someone else s address, different address than, replaced the address, address was changed, "
        "address was swapped, address changed, swapped the address, clipboard, drained my, was drained, "
        "been drained, got drained, drained from, is drained, draining my, emptied my, was emptied, "
        "been emptied, got emptied"
    ),
    Concept.STOLEN: (
        "stolen, stole, theft, thief, thieves, rob, robbed, stealing, cleaned out, steal my, stealing my, "
        "steals, robbing my"
    ),
    Concept.FRAUD: (
        "fraud*, phish*, fake site, fake website, fake support, fake agent, fake email, fake app, fake, "
        "impersonat*, ponzi, pretend* to be, claiming to be, claims to be .. support, "
        "said .. from your support, called me .. support, anydesk, teamviewer, remote access, seed phrase, "
        "recovery phrase, private key, romance, pig butcher*, investment group, telegram group, whatsapp group, "
        "guaranteed return*, money laundering, launder*, gave .. my code, gave him, gave her, gave them my, "
        "chargeback*, tricked, deceived, con artist, swindl*, crook*, identity theft, forged, extort*, "
        "blackmail*, ransom*, trader who, broker who, tax to withdraw, unlock fee, release fee, "
        "asked for my password, asked me for my, asked for my code, wanted my code, told me to send, "
        "told me to transfer, told me to move, told me to pay, promised me, promised to double, doubled my, "
        "guaranteed profit*, investment platform, investment advisor, investment scheme, financial advisor, "
        "my mentor, crypto mentor, someone called me, i got a call from, a man called, a woman called, "
        "guy on telegram, person on telegram, someone on telegram, on whatsapp, over whatsapp, on instagram, "
        "on facebook, online girlfriend, met online, dating, screen share, screen sharing, shared my screen, "
        "recovery service, recover my funds, mule, sanction*, launder, dirty money, double spend, forger*, "
        "not your real, is this really you, is this email from you, counterfeit, support number, "
        "called your support number"
    ),
    Concept.THREAT: (
        "kill you, hurt you, find you, find out where you, come to your office, burn .. down, bomb*, "
        "i know where you, you will regret, beat you, shoot, weapon*, gun, your staff will, violence, threat*, "
        "make you pay, destroy you, your family, come for you, watch your back, smash, hunt you, you will pay, "
        "pay for this, i will come, coming for you, where you live, where you work, bullet, break your, "
        "burn your, kill you all, you are dead, you are all dead, drop dead"
    ),
    Concept.AUTHORITY: (
        "police, court, regulator*, regulatory, bafin, cysec, ombudsman, consumer protection, prosecutor*, "
        "criminal complaint, police report, interpol, fbi, cftc, financial authority, financial conduct, "
        "file a complaint, formal complaint, press charges, tribunal, subpoena, warrant, court order, "
        "arbitrat*, data protection authority, cease and desist, statutory, litigation, deadline by which, "
        "seek compensation, notary, financial ombudsman, report you to, reporting you to, reported to the, "
        "the sec, the fca, the authorities, claim damages, letter before action, consumer rights, "
        "claim against you, formal notice, legal notice, official complaint, complaint with, complaint to the, "
        "complained to, reported this to, report this to, report to the, my bank s fraud, supervisory, "
        "data protection, gdpr complaint, subject access, liability, negligen*, breach of contract, "
        "breach of your terms, terms of service violation, law, laws, unlawful*, illegal*, crime, criminal*, "
        "prosecut*, jail, prison"
    ),
    Concept.SELF_HARM: (
        "kill myself, killing myself, suicid*, end my life, end it all, hurt myself, harm myself, "
        "do not want to live, want to die, no reason to live, jump off, take my own life, take my life, "
        "better off dead, not want to be alive, cannot go on living, can not go on, overdose, can not live, "
        "not live anymore, end everything, ending it, hang myself, nothing to live for, do not see a way out, "
        "take pills, jump from, jump in front"
    ),
}
