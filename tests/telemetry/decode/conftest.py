"""The two encodings, for promises that hold in both."""

import pytest


@pytest.fixture(params=["json", "protobuf"])
def encoding(request):
    return request.param
