"""JSON from outside: what every document must keep to, whatever it holds."""

import json

import pytest

from litesnn.base.errors import GenotypeError
from litesnn.reading import parse_json
from litesnn.reading.limits import MAX_JSON_DEPTH


@pytest.mark.parametrize("value", [{}, [], 3, -0.5, "é", None, {"a": [1, {"b": True}]}, 2**64, 10**300])
def test_what_json_holds_is_read(value: object) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=False).encode(), "x", GenotypeError) == value


def test_a_byte_order_mark_is_skipped() -> None:
    assert parse_json(b"\xef\xbb\xbf[1]", "x", GenotypeError) == [1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not valid JSON: Expecting value"),
        (b"[1,]", "not valid JSON"),
        (b"[NaN]", "found NaN"),
        (b"[-Infinity]", "found -Infinity"),
        (b"[1e999]", "found the number 1e999; allowed: what a 64-bit"),
        (b"[" + b"9" * 5000 + b"]", "found a whole number of 5000 digits"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "found 'c' twice in one object"),
        (b'["\\ud800"]', "half a character"),
        (b'{"\\udfff": 1}', "half a character"),
        ('["é"]'.encode("latin-1"), "found byte 0xe9 at 2; allowed: UTF-8"),
        ("[1]".encode("utf-16"), "found text in UTF-16; allowed: UTF-8"),
        ("[1]".encode("utf-32"), "found text in UTF-32; allowed: UTF-8"),
        (b"[" * (MAX_JSON_DEPTH + 1) + b"]" * (MAX_JSON_DEPTH + 1), "nested deeper than 64"),
        (b"[" * 100_000, "nested deeper than 64"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "nested deeper than 64"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_anything_else_is_refused_in_words(content: bytes, message: str) -> None:
    with pytest.raises(GenotypeError) as refused:
        parse_json(content, "x.json", GenotypeError)
    assert str(refused.value).startswith("x.json: not valid JSON: ")
    assert message in str(refused.value)
    assert len(str(refused.value)) < 200


def test_the_deepest_allowed_document_is_read() -> None:
    assert parse_json(b"[" * MAX_JSON_DEPTH + b"]" * MAX_JSON_DEPTH, "x", GenotypeError)
