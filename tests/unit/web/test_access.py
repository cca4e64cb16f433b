"""Who gets in, what each person may do, and which requests do not come from our page."""

from ipaddress import ip_network
from typing import Any

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from invoice_shared.decision import Decision
from invoice_shared.serde import from_bytes
from invoice_web.store import open_store
from tests.unit.operations.world import FakeInstallation
from tests.unit.web.world import VIEW_PASSWORD, Visitor, page_of, web_settings

PAGES = (
    "/",
    "/failures",
    "/replays",
    "/reconcile",
    "/readiness",
    "/audit",
    "/failures/abcdef01",
    "/invoices/x",
)
BY_PROXY = {
    "console_user_header": "X-Forwarded-User",
    "console_trusted_proxies": (ip_network("127.0.0.0/8"),),
}


def nobody_acted(installation: FakeInstallation) -> bool:
    kinds = [
        from_bytes(Decision, each.value).kind
        for each in installation.broker.to("invoice-decisions")
    ]
    return set(kinds) <= {"login"}


@pytest.mark.parametrize("path", PAGES)
async def test_a_visitor_who_is_not_logged_in_is_sent_to_the_login(path: str) -> None:
    async with page_of(FakeInstallation([])) as visitor:
        page = await visitor.get(path, json=False)
        facts = await visitor.get(path)

        assert (page.status, page.headers["Location"]) == (303, "/login")
        assert (facts.status, "error" in await facts.json()) == (401, True)


async def test_a_self_renewing_page_is_sent_to_the_login_as_a_whole() -> None:
    async with page_of(FakeInstallation([])) as visitor:
        answered = await visitor.get("/", json=False, headers={"HX-Request": "true"})

        assert (answered.status, answered.headers["HX-Redirect"]) == (401, "/login")


async def test_a_password_opens_a_session_and_logging_out_ends_it_on_the_server() -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        assert (await visitor.log_in()).status == 200
        assert "kim" in await visitor.look("/")
        kept = {each.key: each.value for each in visitor.client.session.cookie_jar}

        assert (await visitor.post("/logout")).status == 200
        visitor.client.session.cookie_jar.update_cookies(kept)

        assert (await visitor.get("/")).status == 401


@pytest.mark.parametrize("password", ["", "let me i", "let me in ", "Let me in", "é" * 100])
async def test_a_wrong_password_opens_nothing(password: str) -> None:
    async with page_of(FakeInstallation([])) as visitor:
        assert (await visitor.log_in(password=password)).status == 401
        assert (await visitor.get("/")).status == 401


async def test_after_five_wrong_passwords_even_the_right_one_is_refused_for_a_minute() -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        statuses = [(await visitor.log_in(password="wrong")).status for _ in range(6)]
        assert statuses == [401] * 5 + [429]
        assert (await visitor.log_in()).status == 429

        installation.clock.advance(60)
        assert (await visitor.log_in()).status == 200


async def test_right_passwords_do_not_count_as_attempts() -> None:
    async with page_of(FakeInstallation([])) as visitor:
        assert [(await visitor.log_in()).status for _ in range(7)] == [200] * 7


async def test_a_password_may_be_given_as_a_hash() -> None:
    settings = web_settings(console_password=SecretStr(PasswordHasher(1, 8, 1).hash("hashed")))
    async with page_of(FakeInstallation([]), settings) as visitor:
        assert (await visitor.log_in(password="not hashed")).status == 401
        assert (await visitor.log_in(password="hashed")).status == 200


async def test_a_session_ends_after_twelve_hours() -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        await visitor.log_in()
        installation.clock.advance(12 * 3600 - 1)
        assert (await visitor.get("/")).status == 200
        installation.clock.advance(2)
        assert (await visitor.get("/")).status == 401


async def test_a_session_survives_a_restart_only_with_the_same_secret_and_password() -> None:
    store = open_store(None, "")
    secret = {"console_secret": SecretStr("a secret of our own")}
    async with page_of(FakeInstallation([]), web_settings(**secret), store) as visitor:
        await visitor.log_in()
        kept = {each.key: each.value for each in visitor.client.session.cookie_jar}

    async def status_with(**changes: Any) -> int:
        async with page_of(FakeInstallation([]), web_settings(**changes), store) as again:
            again.client.session.cookie_jar.update_cookies(kept)
            return (await again.get("/")).status

    assert await status_with(**secret) == 200
    assert await status_with(**secret, console_password=SecretStr("another one")) == 401
    assert await status_with() == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://[", "Referer": "http://["},
    ],
)
async def test_a_request_from_another_page_is_refused(headers: dict[str, str]) -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        await visitor.log_in()
        answered = await visitor.post("/destinations/netsuite/pause", why="x", headers=headers)

        assert answered.status == 403
        assert nobody_acted(installation)


async def test_a_request_without_the_pages_token_is_refused() -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        await visitor.look("/login")
        outside = visitor.csrf
        await visitor.log_in()
        for wrong in ("", "x", outside):
            visitor.csrf = wrong
            assert (await visitor.post("/destinations/netsuite/pause", why="x")).status == 403
        assert nobody_acted(installation)


async def test_a_referer_and_a_header_are_accepted_too() -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        await visitor.log_in()
        headers = {
            "Referer": f"{visitor.host}/x",
            "X-CSRF-Token": visitor.csrf,
            "Accept": "application/json",
        }
        answered = await visitor.client.post(
            "/destinations/netsuite/pause", json={"why": "closing"}, headers=headers
        )

        assert answered.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/failures/abcdef01/resolve",
        "/failures/abcdef01/approve",
        "/approvals",
        "/destinations/netsuite/pause",
        "/destinations/netsuite/resume",
        "/invoices/x/enqueue",
        "/replays",
        "/replays/x/start",
        "/replays/x/stop",
        "/replays/x/resume",
        "/reconcile",
        "/readiness",
        "/reconcile/x/enqueue",
    ],
)
async def test_a_viewer_may_not_change_anything(path: str) -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        await visitor.log_in(password=VIEW_PASSWORD)

        assert (await visitor.post(path, why="x", customer_id="c", since="7d")).status == 403
        assert (await visitor.get("/")).status == 200
        assert (await visitor.post("/logout")).status == 200
        assert nobody_acted(installation)


@pytest.mark.parametrize(
    ("acting", "status"), [((), 403), (("lee",), 403), (("kim",), 200), (("*",), 200)]
)
async def test_a_trusted_proxy_names_the_user(acting: tuple[str, ...], status: int) -> None:
    settings = web_settings(
        **BY_PROXY, console_act_users=acting, console_password=None, console_view_password=None
    )
    async with page_of(FakeInstallation([]), settings) as visitor:
        named = {"X-Forwarded-User": "kim"}
        visitor.client.session.headers.update(named)
        await visitor.look("/")

        assert (await visitor.post("/destinations/netsuite/pause", why="x")).status == status


async def test_a_user_named_by_anybody_but_the_proxy_is_refused() -> None:
    settings = web_settings(**BY_PROXY | {"console_trusted_proxies": (ip_network("10.0.0.0/8"),)})
    async with page_of(FakeInstallation([]), settings) as visitor:
        assert (await visitor.get("/", headers={"X-Forwarded-User": "kim"})).status == 403
        assert (await visitor.get("/login", headers={"X-Forwarded-User": "kim"})).status == 403
        assert (await visitor.log_in()).status == 200


async def every_answer(visitor: Visitor) -> list[Any]:
    paths = (
        "/login",
        "/",
        "/nowhere",
        "/failures?format=csv",
        "/failures?page=x",
        "/static/app.css",
        "/static/x",
    )
    answers = [await visitor.get(path, json=json) for path in paths for json in (True, False)]
    return [*answers, await visitor.post("/nowhere"), await visitor.client.put("/")]


async def test_every_answer_has_the_security_headers() -> None:
    async with page_of(FakeInstallation([])) as visitor:
        outside = await every_answer(visitor)
        await visitor.log_in()
        for answered in [*outside, *await every_answer(visitor)]:
            policy = answered.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answered.headers["X-Content-Type-Options"] == "nosniff"
            assert answered.headers["Referrer-Policy"] == "same-origin"
            is_file = answered.url.path == "/static/app.css"
            assert answered.headers["Cache-Control"] == (
                "private, max-age=3600" if is_file else "no-store"
            )


async def test_a_cookie_is_only_for_https_unless_turned_off() -> None:
    async with page_of(
        FakeInstallation([]), web_settings(console_insecure_cookies=False)
    ) as visitor:
        await visitor.look("/login")
        answered = await visitor.post("/login", name="kim", password="let me in")

        cookie = answered.cookies["invoices_session"]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
