"""Strings that tokenizers stumble over, made by rule: the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

SCRIPTS = (
    "the quick brown fox don't I'LL we've THEY'RE x's",
    "Größe façade naïve Ångström ŁÓDŹ ﬁne ǅ ß",
    "Siparişiniz İstanbul'da ığdır çocuğumun",
    "Съешь же ещё этих мягких французских булок",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "日本語のテキスト、漢字とカナ 今日は世界",
    "机器学习模型的效果取决于训练数据的质量。",
    "한국어 문장입니다 안녕하세요",
    "العربية نص قصير ١٢٣٤",
    "עברית טקסט קצר",
    "हिन्दी में एक वाक्य ০১২",
    "ภาษาไทยไม่มีช่องว่าง",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛 ⅷ ② ½",
    "e\u0301 o\u0308 a\u0300\u0323 \u200d\u200b\ufeff\u00ad",
    "😀👩\u200d💻🇹🇷👍🏽❤️ 🏴\U000e0067\U000e0062\U000e007f",
    "def f(x):\n\treturn x ** 2  # 3.14159e-10\n\n\n",
    "for (int i=0;i<n;++i){ a[i] |= ~b[i] >> 3; }\r\n\r\n",
    '{"key": [1, 2.5, null], "url": "https://a.example/b?c=d&e=%20"}',
    "<|endoftext|><|im_start|>user<|im_sep|><|fim_prefix|><|endofprompt|>",
    "\x00\x01\x07\x1b[31m\x7f\x85\u2028\u2029\u3000\xa0",
    "/////----====####....!!!!''''\"\"\"\"````~~~~",
    "1234567890 00000 3,141,592 ١٢٣ 1e9 0xdeadbeef",
)
RUNS = (" ", "\n", "\r\n", "\t", "a", "A", "0", "-", "é", "界", "😀", "\u3000", " \n", "!?")


def generated(count: int, seed: int = 4) -> Iterator[str]:
    """Yield this many strings: cuts and mixtures of many scripts, long runs, any characters."""
    dice = random.Random(seed)
    letters = "".join(SCRIPTS)
    for _ in range(count):
        kind = dice.random()
        if kind < 0.35:
            parts = dice.choices(SCRIPTS, k=dice.randint(1, 4))
            yield dice.choice(("", " ", "\n")).join(_cut(dice, part) for part in parts)
        elif kind < 0.6:
            yield "".join(dice.choices(letters, k=dice.randint(0, 60)))
        elif kind < 0.75:
            run = dice.choice(RUNS) * int(2 ** dice.uniform(0, 9))
            yield _cut(dice, dice.choice(SCRIPTS)) + run + _cut(dice, dice.choice(SCRIPTS))
        elif kind < 0.9:
            yield " ".join(_word(dice) for _ in range(dice.randint(1, 20)))
        else:
            yield "".join(_any_character(dice) for _ in range(dice.randint(0, 40)))


def _cut(dice: random.Random, text: str) -> str:
    start = dice.randint(0, len(text))
    return text[start : start + dice.randint(0, len(text))]


def _word(dice: random.Random) -> str:
    word = "".join(dice.choices("etaoinshrdlucmfwypvbgkqjxz", k=dice.randint(1, 12)))
    return dice.choice((word, word, word.upper(), word.title(), word + "'s", word + "."))


def _any_character(dice: random.Random) -> str:
    while True:
        point = int(2 ** dice.uniform(0, 20.08))
        if point < 0x110000 and not 0xD800 <= point < 0xE000:
            return chr(point)
