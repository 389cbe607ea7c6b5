"""Mailboxes: threads, quoted lines, encodings of headers and bodies, and what is no mail."""

import json

from tui.core.formats.detection.containers import container_of, records_of

BOX = """From ann@mossbox.example Mon Jan  1 10:00:00 2024
From: =?utf-8?q?J=C3=B6rg?= <ann@mossbox.example>
Subject: Lid
Message-ID: <1@x>
Content-Type: text/plain; charset=utf-8

Where does it go? é
>From above?

From help@mossbox.example Mon Jan  1 11:00:00 2024
From: Help <help@mossbox.example>
Subject: Re: Lid
In-Reply-To: <1@x>
Date: Mon, 01 Jan 2024 11:00:00 +0000
Content-Type: text/html; charset=utf-8

<p>On top.<br>Really &amp; truly.</p>

From help@mossbox.example Mon Jan  1 12:00:00 2024
From: Help <help@mossbox.example>
Subject: AW: Lid
Content-Transfer-Encoding: base64
Content-Type: text/plain; charset=iso-8859-1

4GRlbQpKw7ZyZyB3cm90ZToKPiBXaGVyZT8K

From x@mossbox.example Mon Jan  1 12:00:00 2024
Subject: nothing in it

"""


def test_mails_become_messages_of_their_threads() -> None:
    assert container_of("a.mbox", BOX.encode()) == "mbox"
    records = [*records_of(BOX.encode(), "mbox")]
    assert [one.position for one in records] == [1, 10, 19, 27]
    first, second, third, empty = (one.value for one in records)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert isinstance(third, dict)
    assert first["speaker"] == "Jörg"
    assert first["content"] == "Where does it go? é\nFrom above?"
    assert second["content"] == "On top.\nReally & truly."
    assert second["timestamp"] == "2024-01-01T11:00:00+00:00"
    assert first["conversation"] == second["conversation"] == third["conversation"]
    assert third["quoted"].endswith("> Where?")
    assert "Where?" not in third["content"]
    assert records[3].beside, empty


def test_a_letter_or_a_list_is_no_mailbox() -> None:
    for text in ("From: Ann\nSubject: x\n\nHi\n", "From here to there in 2024\nwe walked\n"):
        assert container_of("a.txt", text.encode()) != "mbox"
    assert json.dumps([*records_of(b"From \n", "mbox")]) == "[]"
