"""Failures show requests that can be pasted and responses as they came."""

import httpx

from quintet_conformance.exchanges import Exchange, as_curl, as_text
from quintet_conformance.recorder import Recorder


def test_a_request_as_curl():
    request = httpx.Request(
        "POST",
        "http://test/api/v1/posts?a=b",
        headers={"Authorization": "Bearer x"},
        content=b'{"title":"it\'s"}',
    )
    assert as_curl(request) == (
        "curl -i -X POST -H 'authorization: Bearer x' --data-binary "
        "'{\"title\":\"it'\"'\"'s\"}' 'http://test/api/v1/posts?a=b'"
    )


def test_head_as_curl():
    assert "--head" in as_curl(httpx.Request("HEAD", "http://test/"))


def test_a_long_response_is_cut():
    text = as_text(httpx.Response(200, headers={"X-A": "1"}, content=b"a" * 2_500))
    assert text.startswith("HTTP 200 OK\nx-a: 1\n")
    assert text.endswith("a… (500 more bytes)")


def test_the_recorder_sums_up(document):
    recorder, request = Recorder(), httpx.Request("GET", "http://test/api/v1/posts")
    operation = document.find("GET", "/api/v1/posts")
    for status in (200, 200, 404):
        response = httpx.Response(status, request=request)
        recorder.add(Exchange(response, operation))
    assert recorder.summary() == [("list_posts", 200, None), ("list_posts", 404, None)]
