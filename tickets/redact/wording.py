"""The texts of a pack's summary, in the languages in which people are written to."""

from typing import Final

TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title": "Evidence pack for {case}",
        "intro": "Names, addresses, hosts and serial numbers are replaced. The same value has the same pseudonym in "
        "all of this and in other packs of the case, so lines can be joined. IP addresses keep their common prefixes. "
        "Please answer with the pseudonyms as they stand here.",
        "product": "Product",
        "release": "Release",
        "recipient": "For",
        "unknown": "unknown",
        "questions": "Questions",
        "no_questions": "None were put down.",
        "findings": "What the lines prove",
        "transaction": "Transaction",
        "finding_recipient": "Mail recipient",
        "time": "Time",
        "severity": "Severity",
        "line": "{log}, line {line}",
        "says": "says: {says}",
        "cut": "the line is longer: its end is left out",
        "originals": "Originals",
        "originals_intro": "They stay with us, unchanged. A commitment is the HMAC-SHA256 of the original with a key "
        "that we keep, and can show with the original: a plain hash could be used to guess what was replaced.",
        "original": "{log}: {size} bytes, commitment {commitment}",
        "rejected-and-delivered": "The sender was told that the message was refused, and it was delivered",
        "delivered-twice": "The message was delivered twice",
        "accepted-and-lost": "The message was accepted, and nothing tells what became of it",
        "verdict-order-changed": "The order in which scanners judge has changed",
        "verdict-drift": "The mix of verdicts has shifted",
        "detector": "A detector of ours holds for these lines",
    },
    "ja": {
        "title": "{case} の提出用資料",
        "intro": "氏名、アドレス、ホスト名、シリアル番号は置き換えてあります。同じ値は、この資料と、"
        "この案件の他の資料で、同じ仮名になります。行どうしの突き合わせができます。IPアドレスは共通の先頭部分を保ちます。"
        "ご回答には、ここに書かれた仮名をそのままお使いください。",
        "product": "製品",
        "release": "リリース",
        "recipient": "提出先",
        "unknown": "不明",
        "questions": "質問",
        "no_questions": "質問はありません。",
        "findings": "各行が示すこと",
        "transaction": "トランザクション",
        "finding_recipient": "メールの受信者",
        "time": "時刻",
        "severity": "深刻度",
        "line": "{log}、{line}行目",
        "says": "内容：{says}",
        "cut": "実際の行はさらに長く、末尾を省いています",
        "originals": "原本",
        "originals_intro": "原本は変更せずに当方で保管しています。commitment は、当方が保管する鍵による原本の "
        "HMAC-SHA256 で、原本とともに示すことができます。"
        "単純なハッシュ値からは、置き換えた値を推測できてしまうためです。",
        "original": "{log}：{size} バイト、commitment {commitment}",
        "rejected-and-delivered": "送信者には拒否と返したのに、メールは配送された",
        "delivered-twice": "メールが二重に配送された",
        "accepted-and-lost": "受け付けたメールのその後が、記録にない",
        "verdict-order-changed": "検査の判定の順序が変わった",
        "verdict-drift": "判定の内訳が変化した",
        "detector": "当方の検出ルールがこれらの行に該当する",
    },
}
