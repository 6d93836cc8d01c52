"""Requests go to public addresses alone, to the address that was checked, and end in time."""

import http.server
import socket
import socketserver
import threading
import time
from contextlib import contextmanager
from ipaddress import ip_address

import pytest

from alerts.outgoing import client
from alerts.outgoing.addresses import Refused, check_url, is_public
from alerts.outgoing.client import MOST_HOPS, Unanswered, post

REFUSED = [
    "http://127.0.0.1/", "http://127.0.0.1:80/", "https://localhost/", "https://api.localhost/", "http://[::1]/",
    "http://[::]/", "http://0.0.0.0/", "http://169.254.169.254/latest/meta-data/", "http://10.1.2.3/",
    "http://192.168.1.1/", "http://172.16.0.1/", "http://100.64.0.1/", "http://[fc00::1]/", "http://[fd12::1]/",
    "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[::127.0.0.1]/", "http://224.0.0.1/",
    "http://2130706433/", "http://0x7f.1/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://127.0.1/",
    "http://0/", "http://%31%32%37.0.0.1/", "http://127.0.0.1%2f@example.org/", "http://user@example.org/",
    "http://user:pass@example.org/", "http://example.org@127.0.0.1/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/",
    "http://localhost。/", "http://localhost./", "http://example.org:22/", "http://example.org:3000/",
    "http://example.org:8080/", "https://example.org:80/", "http://example.org:443/", "http://example.org:99999/",
    "http://example.org:-1/", "file:///etc/passwd", "gopher://example.org/", "ftp://example.org/",
    "javascript:alert(1)",
    "dict://example.org:11211/", "//example.org/", "example.org", "", "http://", "http:///x", "http://exa mple.org/",
    "http://example.org/\r\nX: y", "http://example.org/\tx", "http://example.org\\@127.0.0.1/", "http://intranet/",
    "http://db.internal/", "http://printer.local/", "http://metadata.google.internal/", "http://example.org/#x",
    "http://" + "a" * 300 + ".org/", "http://[1::2::3]/", "http://[127.0.0.1]/", "http://ex..org/", "http://.org/",
    "http://1.2.3.4.5/", "http://256.1.1.1/", "http://[::ffff:0:127.0.0.1]/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_plainly_public_is_refused(url):
    with pytest.raises(Refused):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://hooks.example.org/services/T0/B0?x=1", "https://hooks.example.org/services/T0/B0?x=1"),
        ("http://Hooks.Example.org", "http://hooks.example.org/"),
        ("https://hooks.example.org:443/a", "https://hooks.example.org/a"),
        ("https://xn--mnchen-3ya.de/x", "https://xn--mnchen-3ya.de/x"),
        ("https://93.184.216.34/x", "https://93.184.216.34/x"),
        ("https://[2606:2800:220:1::1]/x", "https://[2606:2800:220:1::1]/x"),
    ],
)
def test_a_public_address_is_taken(url, text):
    assert check_url(url).text == text


@pytest.mark.parametrize("allowed", ["hooks.lan:8080", "10.0.0.0/8", "127.0.0.1:9000", "[::1]:9000", "db.internal"])
def test_the_installation_may_allow_hosts_of_its_own(allowed):
    urls = {
        "hooks.lan:8080": "http://hooks.lan:8080/x",
        "10.0.0.0/8": "http://10.2.3.4/x",
        "127.0.0.1:9000": "http://127.0.0.1:9000/",
        "[::1]:9000": "http://[::1]:9000/",
        "db.internal": "https://db.internal/",
    }
    for name, url in urls.items():
        if name == allowed:
            assert check_url(url, [allowed]).text == url
        else:
            with pytest.raises(Refused):
                check_url(url, [allowed])


@pytest.mark.parametrize("text", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses_are_known(text):
    assert is_public(ip_address(text))


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as `plan` says, by path."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # who sent it was killed in the middle
            self.close_connection = True
            return
        self.server.received.append((self.path, dict(self.headers), body))
        self.server.plan(self)

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def receiver(plan):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Receiver) as server:
        server.daemon_threads, server.plan, server.received = True, plan, []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def url_of(server, path="/"):
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def send(server, path="/", **more):
    allowed = [f"127.0.0.1:{server.server_address[1]}"]
    return post(url_of(server, path), b"{}", {"X-Own": "1"}, allowed=allowed, **more)


def test_a_post_arrives_and_its_answer_comes_back():
    with receiver(lambda one: one.answer(202, b"thank\nyou")) as server:
        answer = send(server, "/a?b=c")
        assert (answer.status, answer.excerpt) == (202, "thank you")
        [(path, headers, body)] = server.received
        assert (path, headers["X-Own"], body) == ("/a?b=c", "1", b"{}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_followed_as_the_same_request(status):
    def plan(one):
        one.answer(200) if one.path == "/end" else one.answer(status, Location="/end")

    with receiver(plan) as server:
        assert send(server).status == 200
        assert [(path, body) for path, _, body in server.received] == [("/", b"{}"), ("/end", b"{}")]


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/", "http://localhost/", "http://127.0.0.1:22/", "file:///etc/passwd", "//[::1]/"]
)
def test_a_redirect_to_the_inside_is_refused(place):
    with receiver(lambda one: one.answer(307, Location=place)) as server:
        with pytest.raises(Refused):
            send(server)
        assert len(server.received) == 1


def test_a_loop_of_redirects_ends():
    with receiver(lambda one: one.answer(307, Location="/")) as server:
        with pytest.raises(Unanswered, match="redirects"):
            send(server)
        assert len(server.received) == MOST_HOPS + 1


def test_five_redirects_are_followed():
    def plan(one):
        hop = int(one.path.strip("/") or 0)
        one.answer(200) if hop == MOST_HOPS else one.answer(308, Location=f"/{hop + 1}")

    with receiver(plan) as server:
        assert send(server).status == 200


def test_a_redirect_that_makes_another_request_is_an_answer():
    with receiver(lambda one: one.answer(303, Location="/other")) as server:
        assert send(server).status == 303
        assert len(server.received) == 1


def test_a_name_is_looked_up_once_and_connected_to_where_it_was_checked(monkeypatch):
    """DNS that says a public address first and an inner one next finds no second question."""
    asked = []

    def look_up(host, port, **_):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(client, "getaddrinfo", look_up)
    with receiver(lambda one: one.answer(200)) as server:
        port = server.server_address[1]
        assert post(f"http://hooks.lan:{port}/", b"{}", {}, allowed=[f"hooks.lan:{port}"]).status == 200
        assert server.received[0][1]["Host"] == f"hooks.lan:{port}"
    assert asked == ["hooks.lan"]


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_a_public_name_that_leads_inside_is_refused_even_beside_a_public_address(monkeypatch, inner):
    found = [(0, 0, 6, "", (address, 443)) for address in ("93.184.216.34", inner)]
    monkeypatch.setattr(client, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refused):
        post("https://hooks.example.org/", b"{}", {})


def test_a_receiver_that_never_answers_is_left_after_its_time():
    release = threading.Event()
    with receiver(lambda one: release.wait(30)) as server:
        with pytest.raises(Unanswered, match="in time"):
            send(server, whole_s=0.5)
        release.set()


def test_an_answer_a_byte_at_a_time_is_left_after_its_time():
    stop = threading.Event()

    def plan(one):
        one.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not stop.is_set():
            try:
                one.wfile.write(b"X: y\r\n")
                one.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    with receiver(plan) as server:
        with pytest.raises(Unanswered):
            send(server, whole_s=0.6)
        stop.set()


def test_a_huge_answer_is_cut():
    sent = []

    def plan(one):
        one.send_response(200)
        one.send_header("Content-Length", str(1 << 30))
        one.end_headers()
        try:
            for _ in range(1 << 14):
                sent.append(one.wfile.write(b"x" * (1 << 16)))
        except OSError:
            pass

    with receiver(plan) as server:
        answer = send(server)
        assert (answer.status, len(answer.excerpt)) == (200, 2_000)
    assert sum(sent) < 1 << 28


def test_nobody_there_and_no_such_host_say_so(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unanswered):
        post(f"http://127.0.0.1:{port}/", b"{}", {}, allowed=[f"127.0.0.1:{port}"])

    def fail(*_, **__):
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(client, "getaddrinfo", fail)
    with pytest.raises(Unanswered, match="not known"):
        post("https://nowhere.example.org/", b"{}", {})


@pytest.mark.parametrize("raw", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n"])
def test_nonsense_is_no_answer(raw):
    def plan(one):
        one.wfile.write(raw)
        one.wfile.flush()
        one.close_connection = True

    with receiver(plan) as server, pytest.raises(Unanswered):
        send(server)
