"""For every rule: lines that break it, and lines close to them that do not."""

import json
from collections.abc import Mapping

from tests.rows import (
    ANSWER,
    CALL,
    GOOD,
    PAIR,
    SYSTEM,
    TRACK,
    USER,
    answer,
    call,
    calls,
    chat,
    defines,
    image,
    line,
    pair,
    pictured,
    reply,
    says,
    tooled,
    user,
)

# rule: (lines that break it, lines that do not)
LINES: Mapping[str, tuple[list[bytes], list[bytes]]] = {
    "blank-line": ([b"", b"  \t", b"\r\n"], [GOOD]),
    "utf-16": ([GOOD.decode().encode("utf-16"), GOOD.decode().encode("utf-16-be")], [GOOD]),
    "nul-byte": ([GOOD + b"\0"], [says("\0")]),
    "not-utf8": ([says("Café").replace("é".encode(), b"\xe9")], [says("Café")]),
    "bom-inside": ([b"\xef\xbb\xbf" + GOOD], [GOOD]),
    "lone-surrogate": (
        [b'{"messages": "\\ud83c"}'],
        [b'{"messages": [{"role": "user", "content": "\\ud83c\\udf31"}]}'],
    ),
    "bare-messages": (
        [line([USER, ANSWER]), line([{"role": "robot"}])],
        [b"[]", b"[1]", line([{"from": "human", "value": "a"}]), line([{"messages": [USER]}])],
    ),
    "json-array": ([b"[", b"]", b"[" + GOOD + b",", GOOD + b",", b"[" + GOOD + b"]"], [GOOD]),
    "pretty-printed": ([b"{", b"}", b"  },", b'  "messages": [', b'  "role": "user",'], [GOOD]),
    "odd-space": (
        ["\xa0".encode() + GOOD, GOOD + "\u2028".encode(), b'{\xe2\x80\x8b"a": 1}'],
        [says("\xa0a\u200b")],
    ),
    "text-around": (
        [b"3: " + GOOD, b"2024-05-01 INFO api - " + GOOD, b"a.jsonl:7:" + GOOD, b"```json"],
        [says("1: {}"), b'Call it with {"a": 1}', b'data: {"a": 1}', b"# " + GOOD],
    ),
    "missing-comma": (
        [b'{"a": [{"b": 1} {"c": 2}]}', b'{"a": "b" "c": 1}'],
        [b'{"a": ["b" "c"]}', b'{"a": "say "hi" now"}'],
    ),
    "trailing-comma": ([GOOD[:-1] + b",}", b'{"messages": [1,]}'], [GOOD]),
    "not-a-number": ([b'{"a": NaN}', b'{"a": -Infinity}'], [b'{"a": -1.5e3}']),
    "python-literal": (
        [b'{"a": None}', b'{"a": True}', b'{u"a": 1}', b'{"a": (1, 2)}'],
        [b'{"a": null}'],
    ),
    "javascript": (
        [
            b"{a: 1}",
            b'{"a": 1, 2: 3}',
            b'{"a": 0x1F}',
            b'{"a": +1}',
            b'{"a": .5}',
            b'{"a": 5.}',
            b'{"a": 1_000}',
            GOOD + b";",
            GOOD + b"; " + GOOD,
        ],
        [says("{a: 1};"), b'{"a": 007}', b"a: 1"],
    ),
    "single-quotes": ([b"{'a': 1}", "{“a”: 1}".encode(), b'"{""a"": 1}"'], [says("it's")]),
    "comment": ([b"// exported", b'{"a": 1, # one\n"b": 2}'], [says("// no comment")]),
    "concatenated": ([GOOD + GOOD, GOOD + b" " + GOOD], [says("}{")]),
    "control-character": ([b'{"a": "b\tc"}'], [b'{"a": "b\\tc"}']),
    "invalid-escape": ([rb'{"a": "\d"}', rb'{"a": "\users"}'], [rb'{"a": "\\d\u00e9"}']),
    "truncated": ([GOOD[:-5], b'{"messages": [{"role": "us'], [GOOD]),
    "too-deep": ([b'{"a": ' + b"[" * 2000], [b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}"]),
    "not-an-object": ([b"42", b'"text"', b"null", b"true"], [GOOD]),
    "invalid-json": ([b'{"a" 1}', b"hello"], [GOOD]),
    "unknown-format": ([b"{}", b'{"conversations": []}'], [GOOD, PAIR]),
    "foreign-format": (
        [
            line({"instruction": "a", "input": "b", "output": "c"}),
            line({"system": "Be kind", "messages": [USER, ANSWER]}),
            line({"conversations": [{"from": "human", "value": "a"}]}),
            line({"messages": [USER, ANSWER], "label": False}),
            line({"prompt": "a", "chosen": "b", "rejected": "c"}),
            line({"contents": [{"role": "user", "parts": [{"text": "a"}]}]}),
            line({"messages": [user([{"type": "tool_result", "content": "a"}]), ANSWER]}),
            line({"messages": json.dumps([USER, ANSWER])}),
            line({"text": "a"}),
        ],
        [
            *(GOOD, CALL, PAIR, chat(USER, ANSWER, id=1)),
            line({"prompt": "a", "completion": "b"}),
            line({"messages": [USER], "label": True}),  # for a grader
        ],
    ),
    "legacy-completion": ([b'{"prompt": "a", "completion": "b"}'], [GOOD]),
    "unknown-key": (
        [chat(USER, ANSWER, id=1), pair(label=1)],
        [chat(USER, ANSWER, tools=[TRACK], parallel_tool_calls=False), PAIR],
    ),
    "messages-not-list": ([line({"messages": "hi"}), line({"messages": None})], [GOOD]),
    "messages-empty": ([line({"messages": []})], [GOOD]),
    "message-not-object": ([chat(USER, "hi", ANSWER), pair(preferred=["hi"])], [GOOD, PAIR]),
    "duplicate-key": (
        [b'{"messages": [], "messages": [{"role": "user", "content": "a"}]}'],
        [CALL, says('{"a": 1, "a": 2}')],
    ),
    "role-missing": ([chat({"content": "a"}, ANSWER), chat({"role": 1, "content": "a"})], [GOOD]),
    "role-unknown": (
        [chat({"role": "human", "content": "a"}, ANSWER), chat({"role": "User", "content": "a"})],
        [chat({"role": "developer", "content": "Be kind."}, USER, ANSWER), CALL],
    ),
    "role-function": (
        [chat(USER, {"role": "function", "name": "f", "content": "1"}, ANSWER)],
        [CALL],
    ),
    "message-key-unknown": (
        [chat(user("a", id=1), ANSWER), chat({**USER, "tool_calls": []}, ANSWER)],
        [CALL, chat(USER, {"role": "assistant", "content": None, "refusal": "No."})],
    ),
    "content-missing": (
        [chat(user(None), ANSWER), chat(USER, {"role": "assistant"})],
        [CALL, chat(USER, {"role": "assistant", "content": None, "refusal": "No."})],
    ),
    "content-type": (
        [chat(user(1), ANSWER), chat(user([]), ANSWER), chat(user({"text": "a"}), ANSWER)],
        [chat(user([{"type": "text", "text": "a"}]), ANSWER)],
    ),
    "content-part": (
        [
            chat(user(["a"]), ANSWER),
            chat(user([{"type": "text"}]), ANSWER),
            chat(user([{"type": "image_url", "image_url": "x"}]), ANSWER),
            chat(USER, answer([image("https://a.example/b.png")])),
        ],
        [
            chat(user([{"type": "text", "text": "a"}, image("https://a.example/b.png")]), ANSWER),
            chat(USER, answer([{"type": "refusal", "refusal": "No."}])),
        ],
    ),
    "name-type": ([chat(user("a", name=1), ANSWER)], [chat(user("a", name="mia"), ANSWER)]),
    "name-pattern": (
        [chat(user("a", name="Mia Berg"), ANSWER), chat(user("a", name="a" * 65), ANSWER)],
        [chat(user("a", name="mia_1-b"), ANSWER)],
    ),
    "null-value": (
        [
            chat(USER, ANSWER, tools=None),
            chat(USER, ANSWER, functions=None),
            chat(USER, ANSWER, parallel_tool_calls=None),
            chat(user("a", name=None), ANSWER),
            chat(USER, answer("b", name=None)),
            chat(USER, answer("b", tool_calls=None)),
            line({**json.loads(PAIR), "input": {"messages": [USER], "tools": None}}),
            pair(preferred=[answer("b", tool_calls=None)]),
        ],
        [GOOD, CALL, chat(USER, answer("b", refusal=None))],
    ),
    "null-optional": (
        [chat(USER, answer("b", refusal=None)), chat(USER, answer("b", function_call=None))],
        [GOOD, CALL, chat(USER, {"role": "assistant", "content": None, "refusal": "No."})],
    ),
    "weight-value": (
        [chat(USER, answer("a", weight=w)) for w in (0.5, 2, True, "1", None, [])],
        [chat(USER, answer("a", weight=w)) for w in (0, 1)],
    ),
    "weight-role": ([chat(user("a", weight=1), ANSWER)], [chat(USER, answer("a", weight=1))]),
    "no-assistant": ([chat(USER), chat(SYSTEM, USER)], [GOOD]),
    "no-user": ([chat(SYSTEM, ANSWER)], [GOOD]),
    "last-not-assistant": ([chat(USER, ANSWER, USER)], [GOOD, tooled(calls(call()))]),
    "nothing-trained": (
        [chat(USER, answer("a", weight=0))],
        [chat(USER, answer("a", weight=0), USER, ANSWER)],
    ),
    "empty-answer": ([chat(USER, answer("")), chat(USER, answer(" \n"))], [GOOD, CALL]),
    "empty-message": ([chat(user(" "), ANSWER)], [GOOD]),
    "echo": ([chat(USER, answer(USER["content"]))], [GOOD]),
    "system-not-first": ([chat(USER, SYSTEM, ANSWER)], [chat(SYSTEM, USER, ANSWER), GOOD]),
    "several-systems": ([chat(SYSTEM, SYSTEM, USER, ANSWER)], [chat(SYSTEM, USER, ANSWER)]),
    "same-role-twice": (
        [chat(USER, USER, ANSWER), chat(USER, ANSWER, ANSWER)],
        [chat(USER, ANSWER, USER, ANSWER), tooled(calls(call()), reply(), reply(), ANSWER), PAIR],
    ),
    "tools-type": ([chat(USER, ANSWER, tools={}), chat(USER, ANSWER, functions=1)], [CALL]),
    "tools-empty": (
        [
            chat(USER, ANSWER, tools=[]),
            chat(USER, ANSWER, functions=[]),
            line({**json.loads(PAIR), "input": {"messages": [USER], "tools": []}}),
        ],
        [CALL, GOOD],
    ),
    "tool-name": (
        [
            *(defines({"name": name, "parameters": {}}) for name in ("naïve", "a b", "a.b")),
            defines({"name": "a" * 65, "parameters": {}}),
            chat(USER, ANSWER, functions=[{"name": "naïve", "parameters": {}}]),
            line(
                {
                    **json.loads(PAIR),
                    "input": {
                        "messages": [USER],
                        "tools": [{"type": "function", "function": {"name": "naïve"}}],
                    },
                }
            ),
        ],
        [CALL, defines({"name": "a" * 64, "parameters": {}}), defines({"name": "a-B_1"})],
    ),
    "call-name": (
        [
            tooled(calls(call(name="naïve"))),
            chat(USER, answer(None, function_call={"name": "a.b", "arguments": "{}"})),
            pair(preferred=[calls(call(name="a b"))]),
        ],
        [CALL, chat(USER, answer(None, function_call={"name": "a_b", "arguments": "{}"}))],
    ),
    "tool-null": (
        [
            defines({"name": "a", "parameters": None}),
            defines({"name": "a", "description": None}),
            *(
                defines({"name": "a", "parameters": {"type": "object", "properties": properties}})
                for properties in (
                    None,
                    {"b": None},
                    {"b": {"type": "string", "enum": None}},
                    {"b": {"type": "array", "items": None}},
                    {"b": {"anyOf": [{"type": "string", "description": None}]}},
                )
            ),
        ],
        [
            CALL,
            defines({"name": "a", "parameters": {}, "strict": None}),
            defines(
                {
                    "name": "a",
                    "parameters": {
                        "type": "object",
                        "properties": {"b": {"type": ["string", "null"], "default": None}},
                    },
                }
            ),
            defines(
                {
                    "name": "a",
                    "parameters": {"type": "object", "properties": {"b": {"enum": ["x", None]}}},
                }
            ),
        ],
    ),
    "schema-empty": (
        [
            defines({"name": "a", "parameters": {"type": "object", "properties": {"b": described}}})
            for described in ({"enum": []}, {"type": ""}, {"anyOf": []}, {"items": {"enum": []}})
        ],
        [
            CALL,
            defines({"name": "a", "parameters": {"type": "object", "properties": {}}}),
            defines(
                {"name": "a", "parameters": {"type": "object", "properties": {}, "required": []}}
            ),
        ],
    ),
    "tool-definition": (
        [
            chat(USER, ANSWER, tools=tools)
            for tools in ([1], [{"type": "function"}], [{"function": {"name": "a"}}])
        ]
        + [defines({}), defines({"name": ""})],
        [CALL],
    ),
    "tool-schema": (
        [
            defines({"name": "a", "parameters": parameters})
            for parameters in (
                {"type": "string"},
                {"type": "object", "properties": []},
                {"type": "object", "properties": {}, "required": "a"},
                {"type": "object", "properties": {}, "required": ["a"]},
            )
        ],
        [CALL, defines({"name": "a", "parameters": {}})],
    ),
    "tool-no-parameters": ([defines({"name": "a"})], [CALL]),
    "tool-duplicate": ([tooled(ANSWER, tools=[TRACK, TRACK])], [CALL]),
    "parallel-type": (
        [chat(USER, ANSWER, tools=[TRACK], parallel_tool_calls=1)],
        [chat(USER, ANSWER, tools=[TRACK], parallel_tool_calls=True)],
    ),
    "parallel-without-tools": (
        [chat(USER, ANSWER, parallel_tool_calls=True)],
        [chat(USER, ANSWER, tools=[TRACK], parallel_tool_calls=True)],
    ),
    "call-malformed": (
        [
            tooled({"role": "assistant", "content": "a", "tool_calls": "track"}),
            tooled(calls(1)),
            tooled(calls({"type": "function", "function": {"name": "track"}})),
            tooled(calls({"id": "c1", "function": {"name": "track", "arguments": "{}"}})),
            tooled(calls({"id": "c1", "type": "function"})),
            tooled(calls(call(name=""))),
        ],
        [CALL],
    ),
    "calls-empty": (
        [
            tooled({"role": "assistant", "content": "a", "tool_calls": []}),
            pair(preferred=[answer("a", tool_calls=[])]),
        ],
        [CALL, GOOD],
    ),
    "call-id-duplicate": (
        [tooled(calls(call(), call()), reply(), ANSWER)],
        [tooled(calls(call(), call(call_id="c2")), reply(), reply("c2"), ANSWER)],
    ),
    "arguments-type": ([tooled(calls(call(arguments={"order": 1})))], [CALL]),
    "arguments-not-json": (
        [tooled(calls(call(arguments=text))) for text in ("order 1", "[1]", "")],
        [CALL],
    ),
    "arguments-schema": (
        [
            tooled(calls(call(arguments=text)))
            for text in ("{}", '{"order": "1"}', '{"order": 1, "x": 2}', '{"order": true}')
        ],
        [CALL, tooled(calls(call(arguments='{"order": 1.0}')))],
    ),
    "call-unknown-tool": (
        [tooled(calls(call(name="refund"))), chat(USER, calls(call()))],
        [CALL],
    ),
    "reply-without-id": (
        [tooled(calls(call()), {"role": "tool", "content": "a"}, ANSWER)],
        [CALL],
    ),
    "reply-unknown-call": (
        [tooled(calls(call()), reply("c9"), ANSWER), tooled(reply(), calls(call()))],
        [CALL],
    ),
    "reply-late": (
        [tooled(calls(call()), ANSWER, reply(), ANSWER)],
        [CALL, tooled(calls(call(), call(call_id="c2")), reply("c2"), reply(), ANSWER)],
    ),
    "call-unanswered": (
        [tooled(calls(call()), ANSWER), tooled(calls(call(), call(call_id="c2")), reply(), ANSWER)],
        [CALL, tooled(calls(call()))],
    ),
    "function-call": (
        [chat(USER, answer(None, function_call={"name": "a", "arguments": "{}"}))],
        [CALL],
    ),
    "special-token": (
        [
            says("a <|im_start|> b"),
            chat(USER, answer("<|endoftext|>")),
            b'{"messages": [{"role": "user", "content": "\\u003c|fim_suffix|\\u003e"}]}',
        ],
        [says("a <|thing|> b"), says("im_start")],
    ),
    "image-count": (
        [pictured(11), pictured(64)],
        [pictured(10), pictured(65)],
    ),
    "image-count-anywhere": ([pictured(65)], [pictured(64)]),
    "image-url": (
        [
            chat(user([image(url)]), ANSWER)
            for url in ("leaf.png", "data:image/bmp;base64,AAAA", "data:image/png;base64,?")
        ],
        [
            chat(user([image(url)]), ANSWER)
            for url in ("https://a.example/leaf.png", "data:image/png;base64,AAAA=")
        ],
    ),
    "input-missing": ([pair(messages=[]), line({"preferred_output": [ANSWER]})], [PAIR]),
    "output-missing": (
        [pair(preferred=[]), pair(other="a"), line({"input": {"messages": [USER]}})],
        [PAIR],
    ),
    "output-role": ([pair(preferred=[USER]), pair(other=[reply()])], [PAIR]),
    "output-turns": ([pair(preferred=[ANSWER, ANSWER])], [PAIR]),
    "input-ends-with-answer": ([pair(messages=[USER, ANSWER])], [PAIR]),
    "identical-pair": ([pair(other=[ANSWER])], [PAIR]),
    "mojibake": (
        [
            *(says("cafÃ©"), says("itâ€™s"), says("a\ufffdb")),
            says("a?b").replace(b"?", b"\\uFFFD"),
        ],
        [says("café, it’s, São")],
    ),
    "code-fence": (
        [chat(USER, answer("```\nrun()"))],
        [chat(USER, answer("```\nrun()\n```\nand `inline`"))],
    ),
    "answer-whitespace": ([chat(USER, answer(" a")), chat(USER, answer("a\n"))], [GOOD]),
    "secret-api-key": (
        [says("sk-proj-4f9AexampleNotARealKey0000"), says("key=sk-4f9AexampleNotARealKey0000")],
        [says("sk-short"), says("risk-assessment-and-other-long-words")],
    ),
    "secret-aws-key": ([says("AKIAIOSFODNN7EXAMPLE")], [says("AKIAIOSFODNN")]),
    "secret-github-token": ([says("ghp_" + "a1" * 18)], [says("ghp_short, though")]),
    "secret-slack-token": ([says("xoxb" + "-123456789012-notreal")], [says("xoxo-love")]),
    "secret-google-key": ([says("AIza" + "a1_-b" * 7)], [says("AIzawa")]),
    "secret-private-key": (
        [says("-----BEGIN RSA PRIVATE KEY-----"), says("-----BEGIN PRIVATE KEY-----")],
        [says("-----BEGIN PUBLIC KEY-----")],
    ),
    "secret-jwt": (
        [says("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtIn0.c2lnbmF0dXJl")],
        [says("eyJhbGciOiJIUzI1NiJ9")],
    ),
    "secret-connection": (
        [says("postgres://fern:watering@db.example/x")],
        [says("https://mossbox.example:8080/a@b"), says("see https://mossbox.example")],
    ),
    "secret-password": (
        [says("DB_PASSWORD=hunter22x"), chat(USER, ANSWER, extra={"password": "hunter22x"})],
        [says("password: required")],
    ),
    "secret-named": ([says("JWT_SECRET=keyboardcat1")], [says("JWT_SECRET=${JWT_SECRET}")]),
    "secret-header": (
        [says("Authorization: Bearer abcdef123456")],
        [says("Authorization: Bearer <token>")],
    ),
    "secret-login": (
        [says("db.example:5432:shop:fern:watering"), says("fern:$apr1$" + "aB3./xYz$" + "k9" * 11)],
        [says("postgres://db.example:5432/shop"), says('{"auth": "bm9uZQ=="}')],
    ),
    "secret-webhook": (
        [says("https://hooks.slack.com/" + "services/T01ABCDEF/B01ABCDEF/abcdEFGH1234ijkl")],
        [says("https://hooks.slack.com/services")],
    ),
    "secret-service-token": (
        [says("glpat-" + "a1B2c" * 4), says("hf_" + "aBcDe" * 7), says("r8_" + "a1B2c3" * 7)],
        [says("glpat-short"), says("hf_transformer_models_for_all_of_us_to_use")],
    ),
    "personal-card": (
        [says("4111 1111 1111 1111"), says("5500-0000-0000-0004"), says("amex 378282246310005")],
        [
            says("4111 1111 1111 1112"),
            says("order 4000000000000000000000"),
            says("4.111111111111111"),
        ],
    ),
    "personal-iban": (
        [says("DE89 3704 0044 0532 0130 00"), says("NO9386011117947")],
        [says("DE88 3704 0044 0532 0130 00"), says("AB12 CDEF")],
    ),
    "personal-phone": (
        [says("+44 20 7946 0958"), says("call (555) 123-4567"), says("+905321234567 0"[:14])],
        [says("on 2024-01-02 at 10:30"), says("order 5551234567"), says("1.23456789e+10000")],
    ),
    "personal-address": (
        [says("from 81.2.69.142."), says("81.2.69.142:80")],
        [says("192.168.1.20"), says("version 1.2.3.4"), says("1.81.2.69.142"), says("256.8.8.80")],
    ),
    "personal-id": (
        [
            *(says(f"kimlik {n}") for n in ("078-05-1120", "AB 12 34 56 C", "10000000146")),
            *(says(one) for one in ("DNI 12345678Z", "RSSMRA85T10A562S", "1 85 05 78 006 084 91")),
        ],
        [
            *(says(one) for one in ("000-05-1120", "QQ 12 34 56 C", "10000000147")),
            *(says(one) for one in ("DNI 12345678A", "RSSMRA85T10A562T", "1 85 05 78 006 084 92")),
        ],
    ),
    "personal-email": (
        [says("mia.berg@example.com"), says("write to a@b.example!")],
        [says("@mossbox"), says("a @ b.example"), says("x@y")],
    ),
    "personal-email-escaped": (
        [
            *(
                says(f"https://a.example/?to=mia.berg{at}example.com&b=1")
                for at in ("%40", "&#64;")
            ),
            *(says(f"<b>mia{at}b.example</b>") for at in ("&#x40;", "&commat;")),
        ],
        [says("100%40"), says("a &#64; b.example"), says("x%40y"), says("mia@example.com")],
    ),
}
