"""The encoding of a text is guessed, and shown by what the text reads like in it."""

from __future__ import annotations

import pytest

from tui.core.formats.encoding_guess import guesses

GERMAN = "Frage;Antwort\nWie schön ist Köln? Grüße aus Österreich\n"
POLISH = "pytanie;odpowiedź\nCzy zażółć gęślą jaźń jest po polsku? Tak, właśnie łódź.\n"
RUSSIAN = "вопрос;ответ\nКак дела? У меня всё хорошо, спасибо за вопрос\n"
JAPANESE = "質問;答え\n水道水は飲めますか?はい、どこでも飲めます。\n"
CHINESE = "问题;回答\n自来水可以喝吗?可以,到处都可以喝。\n"
KOREAN = "질문;답변\n수돗물을 마셔도 되나요? 네, 어디서나 마실 수 있습니다.\n"


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        (GERMAN, "cp1252", "schön"),
        (RUSSIAN, "cp1251", "вопрос"),
        (RUSSIAN, "koi8_r", "вопрос"),
        (JAPANESE, "shift_jis", "質問"),
        (JAPANESE, "euc_jp", "質問"),
        (CHINESE, "gb18030", "问题"),
        (KOREAN, "euc_kr", "질문"),
    ],
)
def test_the_likeliest_is_first_and_shows_the_words(text: str, encoding: str, words: str) -> None:
    first = guesses(text.encode(encoding))[0]
    assert first.encoding == encoding
    assert words in first.sample


def test_another_reading_is_there_to_choose() -> None:
    found = {one.encoding: one.sample for one in guesses(POLISH.encode("cp1250"))}
    assert "odpowiedź" in found["cp1250"]
    assert "odpowiedź" not in found["cp1252"]


def test_a_letter_cut_off_at_the_end_does_no_harm() -> None:
    data = JAPANESE.encode("shift_jis")[:-4]
    assert guesses(data)[0].encoding == "shift_jis"
