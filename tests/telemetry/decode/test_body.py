"""Bodies are decompressed within a bound, and broken ones are told apart from large ones."""

import gzip
import time
import tracemalloc
import zlib

import pytest
import zstandard

from core.limits import MAX_COMPRESSED_PARTS, MIB
from telemetry.decode.body import BodyReader, read_body
from telemetry.decode.errors import MalformedBody, TooLarge, UnsupportedEncoding

TEXT = b'{"resourceSpans":[]}' * 5_000
COMPRESS = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("encoding", COMPRESS)
def test_it_reads_each_compression_in_one_piece_and_byte_by_byte(encoding):
    compressed = COMPRESS[encoding](TEXT)
    assert read_body(compressed, encoding) == TEXT
    assert read_body((compressed[at : at + 1] for at in range(len(compressed))), encoding) == TEXT


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_plain_body_stays_as_it_is(encoding):
    assert read_body([TEXT[:7], TEXT[7:]], encoding) == TEXT


def test_the_name_of_the_encoding_is_read_in_any_case():
    assert read_body(gzip.compress(TEXT), "GZip") == TEXT
    assert read_body(gzip.compress(TEXT), "x-gzip") == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_all_members_of_a_compressed_body_are_read(encoding):
    compress = COMPRESS[encoding]
    assert read_body(compress(b"one ") + compress(b"") + compress(b"two"), encoding) == b"one two"


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_body_that_is_not_what_its_encoding_says_is_malformed(encoding):
    with pytest.raises(MalformedBody, match=encoding):
        read_body(TEXT, encoding)


@pytest.mark.parametrize("encoding", COMPRESS)
@pytest.mark.parametrize("missing", [1, 4, 9])
def test_a_compressed_body_cut_short_is_malformed(encoding, missing):
    with pytest.raises(MalformedBody):
        read_body(COMPRESS[encoding](TEXT)[:-missing], encoding)


@pytest.mark.parametrize("encoding", COMPRESS)
@pytest.mark.parametrize("tail", [b"x", b"\0", b"trailing bytes"])
def test_bytes_after_a_compressed_body_are_malformed(encoding, tail):
    with pytest.raises(MalformedBody):
        read_body(COMPRESS[encoding](TEXT) + tail, encoding)


@pytest.mark.parametrize("encoding", ["br, gzip", "compress", "gzip, gzip", "nonsense"])
def test_an_unknown_encoding_is_never_read_as_plain(encoding):
    with pytest.raises(UnsupportedEncoding) as caught:
        BodyReader(encoding)
    assert caught.value.status == 415


@pytest.mark.parametrize("encoding", ["", *COMPRESS])
def test_a_body_at_the_limit_is_read_and_one_byte_more_is_too_large(encoding):
    compress = COMPRESS.get(encoding, bytes)
    body = compress(TEXT)
    assert read_body(body, encoding, limit=len(TEXT)) == TEXT
    assert read_body(body, encoding, limit=len(TEXT) + 1) == TEXT
    with pytest.raises(TooLarge) as caught:
        read_body(body, encoding, limit=len(TEXT) - 1)
    assert caught.value.status == 413


def test_a_large_body_is_refused_before_all_of_it_has_arrived():
    reader = BodyReader(limit=100)
    reader.feed(b"x" * 100)
    with pytest.raises(TooLarge):
        reader.feed(b"x")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_refused_fast_and_in_bounded_memory(encoding):
    bomb = _bomb(encoding, gibibytes=1)
    assert len(bomb) < 2 * MIB
    tracemalloc.start()
    begun = time.process_time()
    try:
        with pytest.raises(TooLarge):
            read_body(bomb, encoding, limit=64 * MIB)
        assert tracemalloc.get_traced_memory()[1] < 100 * MIB
        assert time.process_time() - begun < 2
    finally:
        tracemalloc.stop()


def test_a_bomb_spread_over_members_is_refused():
    member = gzip.compress(bytes(8 * MIB))
    with pytest.raises(TooLarge):
        read_body(member * 9, "gzip", limit=64 * MIB)


def test_gzip_in_gzip_is_unpacked_once():
    assert read_body(gzip.compress(gzip.compress(TEXT)), "gzip") == gzip.compress(TEXT)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_thousands_of_empty_members_are_malformed(encoding):
    with pytest.raises(MalformedBody):
        read_body(COMPRESS[encoding](b"") * (MAX_COMPRESSED_PARTS + 1), encoding)


def test_an_empty_body_is_empty_in_every_encoding():
    for encoding in ("", *COMPRESS):
        assert read_body(b"", encoding) == b""


def _bomb(encoding: str, *, gibibytes: int) -> bytes:
    """A gibibyte of zeros in one gzip member or zstd frame (of the gzip, all but the end: one block repeated)."""
    zeros = bytes(MIB)
    if encoding == "gzip":
        stream = zlib.compressobj(wbits=31)
        header = stream.compress(b"") + stream.flush(zlib.Z_FULL_FLUSH)
        block = stream.compress(zeros) + stream.flush(zlib.Z_FULL_FLUSH)
        return header + block * (1024 * gibibytes)
    frame = zstandard.ZstdCompressor().compressobj()
    return b"".join([*(frame.compress(zeros) for _ in range(1024 * gibibytes)), frame.flush()])


@pytest.fixture
def brotli():
    """The package, which senders in Python use when they have it."""
    return pytest.importorskip("brotli", reason="brotli (a package of requirements.txt)")


def test_brotli_is_read_within_the_same_bounds(brotli):
    compressed = brotli.compress(TEXT)
    assert read_body(compressed, "br") == TEXT
    assert read_body((compressed[at : at + 1] for at in range(len(compressed))), "br") == TEXT
    for missing in (1, 4, 9):
        with pytest.raises(MalformedBody, match="brotli"):
            read_body(compressed[:-missing], "br")
    for broken in (TEXT, compressed + b"more"):
        with pytest.raises(MalformedBody, match="brotli"):
            read_body(broken, "br")
    bomb = brotli.compress(bytes(100 * MIB))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        read_body(bomb, "br", 2 * MIB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * MIB
