"""The token, trouble, and a sensor that can't be trusted."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from adscribe.errors import ApiError
from adscribe.polling import pages, server
from adscribe.polling.server import LONGEST_PAUSE, LONGEST_WAIT, Server
from tests.polling.fake_ads import PASSWORD, FakeAds, Reply, document
from tests.polling.harness import Station

DEEP = b'{"id": 9, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def test_a_token_is_used_until_shortly_before_its_end(ads: FakeAds) -> None:
    ads.events = [document(1)]
    Station(ads).poll(3)
    assert len(ads.logins) == 1
    ads.expires_in = 0
    Station(ads).poll()
    assert len(ads.logins) == 1 + 2  # a page, and the one that shows the end
    ads.expires_in = None
    Station(ads).poll(3)
    assert len(ads.logins) == 1 + 2 + 1


def test_a_token_that_was_taken_back_is_renewed_once(ads: FakeAds) -> None:
    ads.events = [document(1)]
    ads.replies.append(Reply(401))
    station = Station(ads)
    assert station.poll().delivered == 1
    assert (len(ads.logins), station.pauses) == (2, [])
    ads.replies += [Reply(401), Reply(401)]
    with pytest.raises(ApiError, match="doesn't let this user read"):
        station.poll()


def test_a_wrong_password_is_tried_once_and_never_shown(ads: FakeAds) -> None:
    station = Station(ads, password="wrong horse")
    with pytest.raises(ApiError, match="refuses user and password") as told:
        station.poll()
    assert len(ads.logins) == 1
    assert "horse" not in str(told.value) + "".join(station.said)


@pytest.mark.parametrize("dated", [False, True], ids=["seconds", "a date"])
def test_it_waits_as_long_as_the_sensor_asks(ads: FakeAds, dated: bool) -> None:
    end = datetime.now(UTC) + timedelta(minutes=30)
    after = format_datetime(end, usegmt=True) if dated else "1800"
    ads.events = [document(1)]
    ads.replies.append(Reply(429, headers={"Retry-After": after}))
    station = Station(ads)
    assert station.poll().delivered == 1
    (pause,) = station.pauses
    assert 1_200 < pause < 1_802
    assert "the sensor answers 429" in station.said[0]


@pytest.mark.parametrize("after", ["9" * 400, "-5", "soon", "Fri, 99 Foo", "999999999"], ids=range(5))
def test_an_absurd_wait_is_not_waited(ads: FakeAds, after: str) -> None:
    ads.replies.append(Reply(503, headers={"Retry-After": after}))
    station = Station(ads)
    station.poll()
    assert 0 < station.pauses[0] <= LONGEST_WAIT + 1


def test_pauses_grow_to_a_bound_while_the_sensor_fails(ads: FakeAds) -> None:
    ads.events = [document(1)]
    ads.replies += [Reply(500)] * 14
    station = Station(ads, tries=None)
    assert station.poll().delivered == 1
    assert len(station.pauses) == 14
    assert 0.5 <= station.pauses[0] <= 2
    assert all(
        later > earlier / 2 for earlier, later in zip(station.pauses, station.pauses[1:], strict=False)
    )
    assert LONGEST_PAUSE / 2 <= station.pauses[-1] <= LONGEST_PAUSE


def test_trouble_that_does_not_pass_ends_a_single_reading(ads: FakeAds) -> None:
    ads.replies += [Reply(502)] * 3
    with pytest.raises(ApiError, match="answers 502"):
        Station(ads, tries=3).poll()


def test_a_sensor_that_is_away_or_slow(ads: FakeAds) -> None:
    with pytest.raises(ApiError, match="can't be reached"):
        Station(ads, url="http://127.0.0.1:1", tries=2).poll()
    ads.events = [document(1)]
    ads.replies.append(ads.hang)
    station = Station(ads, seconds=0.3)
    assert station.poll().delivered == 1
    assert "took longer than 0.3 s" in station.said[0]


@pytest.mark.parametrize("where", ["events", "token"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(ads: FakeAds, where: str, status: int) -> None:
    with FakeAds() as other:
        reply = Reply(status, headers={"Location": f"{other.url}/rest/ads/events"})
        if where == "token":
            ads.token_reply = reply
        else:
            ads.replies.append(reply)
        with pytest.raises(ApiError, match="redirects to another address"):
            Station(ads).poll()
        assert (other.asked, other.logins) == ([], [])


@pytest.mark.parametrize("numbered", [False, True], ids=["by offset", "by number"])
def test_an_event_that_is_too_large_costs_itself(
    ads: FakeAds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, numbered: bool
) -> None:
    monkeypatch.setattr(server, "BODY_BYTES", 30_000)
    mapping = tmp_path / "mapping.yaml"
    style = "{style: page, position: page, first: 1}" if numbered else "{}"
    mapping.write_text(f"events: {{paging: {style}}}" if numbered else "")
    ads.events = [document(number, number) for number in range(20)]
    ads.events[7] = document(7, 7, detail="x" * 40_000)
    station = Station(ads, mapping=mapping)
    counts = station.poll()
    assert (counts.delivered, counts.rejected) == (19, 1)
    assert "7" not in station.kept.ids
    assert station.rejects[0].reason == "an answer of more than 30,000 bytes"


def test_an_event_that_is_nested_too_deeply_costs_itself(ads: FakeAds) -> None:
    ads.events = [document(1, 1), DEEP, document(2, 2)]
    station = Station(ads)
    counts = station.poll()
    assert (station.kept.ids, counts.rejected) == (["2", "1"], 1)
    assert "nested too deeply" in station.rejects[0].reason


def test_a_list_of_nothing_that_can_be_read_ends(ads: FakeAds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "UNREADABLE", 5)
    ads.events = [DEEP] * 50
    with pytest.raises(ApiError, match="nested too deeply"):
        Station(ads).poll()


def test_a_list_without_end_ends(ads: FakeAds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ELEMENTS", 100)
    numbers = iter(range(10**6))
    body = (b"[%d]" % number for number in numbers)
    ads.replies += [lambda: Reply(200, next(body))] * 200
    with pytest.raises(ApiError, match="more than 100 events"):
        Station(ads).poll()


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(200, b"<html>Sign in</html>"), "is no JSON"),
        (Reply(200, b""), "is no JSON"),
        (Reply(200, b'{"message": "hello"}'), "holds no list"),
        (Reply(200, gzip.compress(b"[]"), {"Content-Encoding": "gzip"}), "a coding that was not asked for"),
        (Reply(404), "answers 404 to /rest/ads/events"),
        (Reply(403), "doesn't let this user read"),
    ],
)
def test_answers_that_are_none(ads: FakeAds, reply: Reply, message: str) -> None:
    ads.replies += [reply] * 3
    with pytest.raises(ApiError, match=message):
        Station(ads, tries=2).poll()


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"access_token": 5}', b'{"access_token": ""}', b'{"access_token": "a\\r\\nX: y"}', DEEP],
    ids=["nothing", "a list", "a number", "empty", "a header", "deep"],
)
def test_tokens_that_are_none(ads: FakeAds, body: bytes) -> None:
    ads.token_reply = Reply(200, body)
    with pytest.raises(ApiError, match="holds no token"):
        Station(ads, tries=2).poll()
    assert ads.asked == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ads.example", "is none"),
        ("ftp://ads.example", "is none"),
        ("https://", "is none"),
        ("https://[::1", "is none"),
        ("https://reader:horse@ads.example", "holds a user or a password"),
        ("https://ads.example/?x=1", "has a query"),
        ("http://ads.example", "unencrypted"),
        ("http://127.0.0.1.example", "unencrypted"),
    ],
)
def test_addresses_that_are_refused(url: str, message: str) -> None:
    with pytest.raises(ApiError, match=message) as told:
        Server("the sensor", url)
    assert "horse" not in str(told.value)


@pytest.fixture
def certificate(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    x509 = pytest.importorskip("cryptography.x509", reason="needs cryptography to sign a certificate")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ads.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = tmp_path / "cert.pem", tmp_path / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    yield paths


def test_a_certificate_must_be_trusted(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with FakeAds(context) as ads:
        ads.events = [document(1)]
        with pytest.raises(ApiError, match="certificate is not trusted"):
            Station(ads).poll()
        assert ads.logins == []
        assert Station(ads, ca=certificate[0]).poll().delivered == 1
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for file in (empty, tmp_path / "absent.pem"):
        with pytest.raises(ApiError, match="no file of certificates"):
            Server("the sensor", "https://ads.example", ca=file)


def test_the_password_goes_to_the_token_only(ads: FakeAds) -> None:
    ads.events = [document(1)]
    Station(ads).poll()
    assert all(PASSWORD not in str(asked) for asked in ads.asked)
    assert {asked.headers["authorization"] for asked in ads.asked} == {"bearer token-1"}
