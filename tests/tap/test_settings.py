"""What is odd is refused in one sentence that shows no secret."""

import pytest

from tap.settings import Tapped, read_settings

GOOD = {"MISSIONSCOPE_URL": "http://missionscope:8700/", "MISSIONSCOPE_KEY": "ms_secret_key"}


@pytest.mark.parametrize(
    ("text", "tapped"),
    [
        ("librarian:5041=http://librarian:5040", Tapped("librarian", "127.0.0.1", 5041, "librarian", 5040)),
        ("brain:0.0.0.0:5071=http://10.0.0.7/", Tapped("brain", "0.0.0.0", 5071, "10.0.0.7", 80)),
        ("postoffice:[::1]:0=http://[::1]:5020", Tapped("postoffice", "::1", 0, "::1", 5020)),
    ],
)
def test_a_route(text, tapped):
    assert read_settings([text], GOOD).tapped == (tapped,)


def test_defaults_and_what_is_given():
    settings = read_settings(
        ["brain:1=http://b"], {**GOOD, "MISSIONSCOPE_TAP_HOST": "::", "MISSIONSCOPE_TAP_DRAIN_S": "3"}
    )
    assert settings.tapped[0].host == "::"
    assert (settings.drain_s, settings.post_timeout_s, settings.max_waiting_bytes) == (3, 30, 64 << 20)
    assert settings.url.geturl() == "http://missionscope:8700"
    assert settings.key == "ms_secret_key"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("taps", "changes", "sentence"),
    [
        ([], {}, "--tap must be given at least once"),
        (["brain=5041"], {}, "--tap must be KIND:"),
        (["engineer:1=http://e"], {}, "--tap knows librarian, brain"),
        (["brain:1=https://b"], {}, "--tap must lead to an address"),
        (["brain:1=http://b/path"], {}, "--tap must lead to an address"),
        (["brain:1=http://u:secret@b"], {}, "--tap must lead to an address"),
        (["brain:70000=http://b"], {}, "--tap must name a port"),
        (["brain:1=http://b:99999"], {}, "--tap must lead to an address"),
        (["brain:1=http://b"], {"MISSIONSCOPE_URL": ""}, "MISSIONSCOPE_URL must be"),
        (["brain:1=http://b"], {"MISSIONSCOPE_URL": "http://u:secret@m"}, "MISSIONSCOPE_URL must be"),
        (["brain:1=http://b"], {"MISSIONSCOPE_KEY": ""}, "MISSIONSCOPE_KEY must be"),
        (["brain:1=http://b"], {"MISSIONSCOPE_KEY": "secret\nsecret"}, "MISSIONSCOPE_KEY must be"),
        (["brain:1=http://b"], {"MISSIONSCOPE_TAP_DRAIN_S": "soon"}, "MISSIONSCOPE_TAP_DRAIN_S must be a whole number"),
        (
            ["brain:1=http://b"],
            {"MISSIONSCOPE_TAP_MAX_WAITING_BYTES": "1"},
            "MISSIONSCOPE_TAP_MAX_WAITING_BYTES must be",
        ),
    ],
)
def test_what_makes_no_sense_ends_the_start(taps, changes, sentence):
    with pytest.raises(SystemExit) as ended:
        read_settings(taps, {**GOOD, **changes})
    assert str(ended.value).startswith(f"The tap cannot start: {sentence}")
    assert "secret" not in str(ended.value)
