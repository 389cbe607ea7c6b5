"""What is told of languages without the detector is what the detector tells."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab_process import ROOT, environment
from tui.core.checks.whole_file.sample_stats import (
    guess_each,
    is_mixed,
    sample_stats_of,
)
from tui.core.filtering import languages
from tui.core.filtering.languages import guess, plain_guess

if TYPE_CHECKING:
    from collections.abc import Callable

ENGLISH = (
    "Push the lamp arm until it clicks, then tap the sun symbol twice. If it is dark we send one.",
    "One of those is only a shadow: a reserved amount that falls away in three days. Wait for it.",
    "You may, but pour gently and only half a cup. The box notices and skips its next sip.",
    "Nine watts, about as much as a sleepy night light. A whole month costs less than one bunch.",
    "Every Mossbox is covered for three years, roots and all. Only dropped boxes are excluded.",
)
OTHERS = (
    "Wo ist das Paket, das ich bestellt habe? Ich warte schon lange darauf und höre nichts.",
    "Je veux savoir quand le colis que vous avez envoyé sera livré, car je pars demain matin.",
    "¿Cuándo llega el paquete que compré para mi casa? No tengo noticias desde hace una semana.",
    "Quero saber quando chega a minha encomenda, porque vou viajar e nao estarei em casa.",
    "Vorrei sapere quando arriva il pacco che ho ordinato per la mia casa la settimana scorsa.",
    "Waar is het pakket dat ik heb besteld? Ik wacht er al een week op en hoor niets van jullie.",
    "Waar is my pakkie wat ek bestel het? Ek wag al lank daarvoor en ek hoor niks van julle nie.",
    "Hvor er pakken som jeg har bestilt? Jeg venter fortsatt og har ikke hørt noe fra dere ennå.",
    "Var är paketet som jag har beställt? Jag väntar fortfarande och har inte hört något alls.",
    "Siparişim nerede, ne zaman gelir ve bu bir sorun mu? Bir haftadır sizden haber bekliyorum.",
    "Gdzie jest paczka, którą zamówiłem w zeszłym tygodniu? Czekam i nie mam żadnej wiadomości.",
    "Kur eshte pakoja qe kam porositur? Po pres prej nje jave dhe nuk kam marre asnje lajm.",
    "Di mana paket yang saya pesan minggu lalu? Saya masih menunggu dan belum ada kabar.",
    "Nasaan na ang padala na inorder ko noong nakaraang linggo? Hanggang ngayon wala pa rin ito.",
    "Kifurushi nilichoagiza wiki iliyopita kiko wapi? Bado ninasubiri na sijasikia chochote.",
    "Where my load dey wey I order last week? I still dey wait and una never talk anything.",
    "Di goment don announce say dem go open di school wey dem close since last year for the area.",
    "Cá bhfuil an beart a d'ordaigh mé an tseachtain seo caite? Táim fós ag fanacht leis.",
    "Где посылка, которую я заказал на прошлой неделе? Я всё ещё жду и ничего не слышал.",
    "Πού είναι το δέμα που παρήγγειλα την περασμένη εβδομάδα; Περιμένω ακόμα.",
    "أين الطرد الذي طلبته الأسبوع الماضي؟ ما زلت أنتظر ولم أسمع شيئا منكم",
    "注文した荷物はどこですか。先週からずっと待っていますが、まだ何の連絡もありません。",
    "カスタマーサポートへメールをおくってください。",
    "我上周订购的包裹在哪里？我还在等，没有任何消息，请告诉我什么时候能到。",
    "지난주에 주문한 소포는 어디에 있나요? 아직 기다리고 있는데 아무 소식이 없습니다.",
    "พัสดุที่ฉันสั่งเมื่อสัปดาห์ที่แล้วอยู่ที่ไหน ฉันยังรออยู่และไม่ได้ยินข่าวอะไรเลย",
    "სად არის ამანათი, რომელიც გასულ კვირას შევუკვეთე? ისევ ველოდები.",
    "Որտե՞ղ է ծանրոցը, որը ես պատվիրել եմ անցյալ շաբաթ։ Դեռ սպասում եմ։",
    "கடந்த வாரம் நான் ஆர்டர் செய்த பொதி எங்கே? நான் இன்னும் காத்திருக்கிறேன்.",
    "గత వారం నేను ఆర్డర్ చేసిన పార్శిల్ ఎక్కడ ఉంది? నేను ఇంకా వేచి ఉన్నాను.",
    "ಕಳೆದ ವಾರ ನಾನು ಆರ್ಡರ್ ಮಾಡಿದ ಪಾರ್ಸೆಲ್ ಎಲ್ಲಿದೆ? ನಾನು ಇನ್ನೂ ಕಾಯುತ್ತಿದ್ದೇನೆ.",
    "കഴിഞ്ഞ ആഴ്ച ഞാൻ ഓർഡർ ചെയ്ത പാഴ്സൽ എവിടെയാണ്? ഞാൻ ഇപ്പോഴും കാത്തിരിക്കുന്നു.",
    "កញ្ចប់ដែលខ្ញុំបានបញ្ជាទិញកាលពីសប្តាហ៍មុននៅឯណា? ខ្ញុំនៅតែរង់ចាំ។",
    "for (int i = 0; i < n; i++) { sum += a[i]; } return sum; while (n--) push(a[n]);",
    '{"name": "get_order", "arguments": {"id": 42, "with": ["items", "address"], "after": null}}',
    "SELECT name, count(*) FROM orders WHERE state = 'open' GROUP BY name HAVING count(*) > 3;",
    "42 17 3,000.50 2026-01-01 https://shop.example/a/b?c=d 555-0100 --- *** ### 1) 2) 3)",
)
ODD = st.sampled_from((*ENGLISH, *OTHERS))
SPARED = """
import sys
from tui.core.checks.whole_file.sample_stats import sample_stats_of
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        print(sample_stats_of(file.readlines()).languages.most_common(1)[0][0])
    print("py3langid" in sys.modules)
"""


def told(text: str) -> str:
    """Return what the detector itself tells."""
    classify = languages._detector()
    assert classify is not None
    language, confidence = classify(text[: languages.LOOKED_AT].strip())
    return language if confidence >= 0.4 and language != "zxx" else languages.UNKNOWN


def test_ordinary_english_and_scripts_of_one_language_are_plain() -> None:
    assert [plain_guess(text) for text in ENGLISH] == ["en"] * len(ENGLISH)
    plain = {found for text in OTHERS if (found := plain_guess(text)) is not None}
    assert plain == {"ja", "ko", "th", "ka", "hy", "ta", "te", "kn", "ml", "km"}


@settings(max_examples=150, deadline=None)
@given(ODD, ODD, st.integers(0, 60), st.sampled_from((str, str.upper, str.lower)))
def test_what_is_plain_is_what_the_detector_tells(
    one: str, other: str, cut: int, written: Callable[[str], str]
) -> None:
    both = one in ENGLISH and other in ENGLISH
    text = written(f"{one} {other}" if both else one)[cut:]
    assert plain_guess(text) in {None, told(text)}


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 120)),
    st.lists(st.sampled_from("abcd?"), max_size=12),
)
def test_languages_that_cannot_be_mixed_are_not_whatever_the_others_are(
    known: dict[str, int], others: list[str]
) -> None:
    plain = Counter(known)
    if not is_mixed(plain, len(others)):
        assert not is_mixed(plain)
        assert not is_mixed(plain + Counter(one for one in others if one != "?"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 90), st.lists(ODD, max_size=25))
def test_the_detector_is_asked_where_it_may_change_what_is_told(
    english: int, odd: list[str]
) -> None:
    texts = [*(ENGLISH[n % len(ENGLISH)] for n in range(english)), *odd]
    rows = [
        json.dumps({"messages": [{"role": "assistant", "content": text}]}).encode()
        for text in texts
    ]
    long = [text for text in texts if len(text) >= 60]
    full = Counter(code for text in long if (code := guess(text)) != languages.UNKNOWN)
    found = sample_stats_of(rows, guess_each).languages
    assert is_mixed(found) == is_mixed(full)
    if is_mixed(full):
        assert found == full


def test_the_samples_need_no_detector() -> None:
    samples = ROOT / "tui/data/samples"
    paths = [str(samples / name) for name in ("support_train.jsonl", "preferences.jsonl")]
    done = subprocess.run(
        [sys.executable, "-c", SPARED, *paths],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["en", "False"] * 2
