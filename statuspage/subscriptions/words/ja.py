"""The words of subscriptions in Japanese."""

WORDS = {
    "title": "通知を受け取る",
    "lead": "問題が起きたとき、進展があったとき、復旧したときにお知らせします。それ以外は送りません。",
    "by_mail": "メール",
    "by_webhook": "Webhook",
    "by_feed": "フィード",
    "ways": "受け取り方",
    "email": "メールアドレス",
    "email_hint": "まずリンクをお送りします。リンクを開いて確認した方だけが登録されます。",
    "url": "Webhook のアドレス",
    "url_hint": "https:// で始まり、通知を受け取る前に検証リクエストに応答する必要があります。",
    "hook_email_hint": "Webhook の確認と、停止した場合のお知らせに使います。",
    "what": "どの通知を受け取りますか？",
    "everything": "すべて（今後追加されるものも含む）",
    "some": "選んだものだけ",
    "all_of": "{group}のすべて",
    "other_services": "その他のサービス",
    "language": "言語",
    "send": "登録する",
    "feeds_lead": "アドレスは不要です。次のいずれかをフィードリーダーやカレンダーに追加してください。",
    "feed_json": "JSON フィード",
    "sent_title": "メールをご確認ください",
    "sent": (
        "このアドレスが登録可能であれば、リンクを記載したメールをお送りしています。リンクの有効期間は "
        "{hours} 時間です。"
    ),
    "sent_again": "数分たっても届かない場合は、迷惑メールをご確認ください。",
    "confirm_title": "登録を確認してください",
    "confirm_text": "{address} に次の内容をお知らせします：",
    "confirm_button": "確認する",
    "confirmed_title": "登録しました",
    "confirmed": "これから変化があればお知らせします。",
    "manage_title": "登録内容",
    "save": "保存",
    "saved": "保存しました。",
    "leave_title": "登録を解除",
    "leave_text": (
        "{address} には今後何も届きません。アドレスは削除します。繰り返しメールを送らせる悪用を防ぐ"
        "ため、誰にも読めない指紋だけを {days} 日間保管します。"
    ),
    "leave_button": "登録を解除する",
    "left_title": "登録を解除しました",
    "left": "アドレスを削除しました。今後お知らせは届きません。",
    "standing_pending": "未確認",
    "standing_unverified": "受信側が未検証です",
    "standing_active": "有効",
    "standing_disabled": "停止中",
    "stop_bounced": "このアドレス宛てのメールが戻ってきました。",
    "stop_failing": "受信側が長い間、通知を受け付けていません。",
    "stop_gone": "受信側が、もう存在しないと応答しました (410)。",
    "secret_title": "署名シークレット",
    "secret_once": "今すぐコピーしてください。表示されるのは今回だけです。",
    "secret_hint": "すべてのリクエストは Standard Webhooks に従って署名されます。",
    "secret_new": "新しいシークレットを作る",
    "secret_new_hint": "以後、古いものは使われません。",
    "verify_title": "受信側を検証する",
    "verify_text": (
        "subscription.verify という種類の署名付きリクエストを送ります。本文に "
        "data.challenge の値を入れ、2xx で応答する必要があります。"
    ),
    "verify_button": "検証リクエストを送る",
    "verified": "受信側から応答がありました。Webhook を有効にしました。",
    "verify_failed": "受信側の応答が想定と異なります：",
    "wrong_email": "メールアドレスではありません。",
    "wrong_url": "このアドレスは呼び出せません。https:// で始まり、公開されたインターネット上にある必要があります。",
    "nothing_chosen": "サービスを 1 つ以上、または「すべて」を選んでください。",
    "too_many": "お使いのネットワークからの登録が多すぎます。1 時間後にもう一度お試しください。",
    "too_often": "回数が多すぎます。1 時間後にもう一度お試しください。",
    "mend": "まだ何も送信されていません。次の点を直してください：",
    "gone_title": "このリンクは無効です",
    "gone_text": "登録が解除されたか、リンクの有効期間が過ぎています。",
    "again": "もう一度登録する",
    "mail_reason": "{site} の稼働状況の通知に登録されているため、このメールをお送りしています。",
    "mail_manage": "受け取る通知を選ぶ",
    "mail_unsubscribe": "登録を解除",
    "mail_read": "ステータスページで見る",
    "mail_affected": "影響範囲",
    "mail_confirm_subject": "{site} の稼働状況の通知：登録の確認",
    "mail_confirm": (
        "{site} で問題が起きたときと復旧したときにこのアドレスへ知らせるよう、どなたか（おそらくご本人"
        "）から依頼がありました。"
    ),
    "mail_confirm_hook": (
        "{site} の変化を {host} の Webhook に送るよう、どなたか（おそらくご本人）から依頼がありました。"
    ),
    "mail_confirm_do": "ご本人であれば、{hours} 時間以内に確認してください",
    "mail_confirm_not": (
        "心当たりがなければ何もしないでください。お知らせいただければ、このアドレスには二度とお尋ねしません"
    ),
    "mail_already_subject": "{site} の稼働状況の通知に登録済みです",
    "mail_already": "このアドレスの登録が依頼されましたが、すでに登録されています。",
    "mail_stopped_subject": "{site} の稼働状況の Webhook を停止しました",
    "mail_stopped": "{host} が長い間メッセージを受け付けなかったため、送信を停止しました。",
    "mail_stopped_do": "もう一度有効にする",
}
