"""What of a camera's address may be shown and stored."""

import pytest

from fer_desktop.addresses import (
    bare_address,
    has_secret,
    login_of,
    public_address,
    split_address,
    with_login,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "public", "bare", "login"),
    [
        ("rtsp://10.0.0.2/live", "rtsp://10.0.0.2/live", "rtsp://10.0.0.2/live", None),
        (
            "rtsp://me:s3cret@10.0.0.2:554/live",
            "rtsp://me@10.0.0.2:554/live",
            "rtsp://10.0.0.2:554/live",
            ("me", "s3cret"),
        ),
        ("http://me@host/v", "http://me@host/v", "http://host/v", None),
        ("http://:s3cret@host/v", "http://@host/v", "http://host/v", ("", "s3cret")),
        ("http://me:s3%2Fcret@host/v", "http://me@host/v", "http://host/v", ("me", "s3/cret")),
        (
            "http://h/v.cgi?user=me&pwd=s3cret&rate=5",
            "http://h/v.cgi?user=me&pwd=&rate=5",
            "http://h/v.cgi?user=me&pwd=&rate=5",
            ("me", "s3cret"),
        ),
        (
            "http://h/v?access_token=s3cret",
            "http://h/v?access_token=",
            "http://h/v?access_token=",
            ("", "s3cret"),
        ),
        # Not a secret, though the word is in it.
        ("http://h/v?keyframe=1", "http://h/v?keyframe=1", "http://h/v?keyframe=1", None),
        # As people type them: characters that would have to be escaped.
        ("rtsp://me:s3#cr/et?@h:554/a", "rtsp://me@h:554/a", "rtsp://h:554/a", ("me", "s3#cr/et?")),
        ("rtsp://me:s3@cret@h/a", "rtsp://me@h/a", "rtsp://h/a", ("me", "s3@cret")),
        ("http://[fe80::1]:8080/v", "http://[fe80::1]:8080/v", "http://[fe80::1]:8080/v", None),
        ("rtsp://me:s3cret@[::1/a", "rtsp://…@[::1/a", "rtsp://…@[::1/a", None),
        ("rtsp://me:@h/a", "rtsp://me@h/a", "rtsp://h/a", ("me", "")),
    ],
)
def test_secrets_are_taken_out(
    url: str, public: str, bare: str, login: tuple[str, str] | None
) -> None:
    assert public_address(url) == public
    assert bare_address(url) == bare
    assert login_of(url) == login
    assert "s3" not in public_address(url) + bare_address(url)
    assert has_secret(url) == (public != url)
    assert public_address(public) == public
    assert not has_secret(public)


@pytest.mark.parametrize(
    ("url", "filled"),
    [
        ("rtsp://10.0.0.2:554/live", "rtsp://me:s%233@10.0.0.2:554/live"),
        ("rtsp://other@h/live", "rtsp://me:s%233@h/live"),
        ("http://h/v?user=&pwd=&rate=5", "http://h/v?user=me&pwd=s%233&rate=5"),
    ],
)
def test_a_login_goes_where_the_address_wants_it(url: str, filled: str) -> None:
    assert with_login(url, "me", "s#3") == filled
    assert login_of(filled) == ("me", "s#3")


@pytest.mark.parametrize("url", ["camera", "http://h:x/", "http://h:99999/", "http://[::1/"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011, the standard library's own words
        split_address(url)
