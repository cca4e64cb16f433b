"""How the pages look and work: for every reader, on a phone, by keyboard, without script."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import VIEW_PASSWORD, Console, OpenConsole, waits_for_answer
from tests.browser.records import failure_of, fill, name_of
from tests.support import screenshots
from tests.support.topics import Topics

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]

AXE = Path(__file__).with_name("axe.min.js")
SHOWN = 120
ONE = failure_of(1).failure_id
HELD = failure_of(2).failure_id
PAGES = (
    "/login",
    "/",
    "/failures",
    "/failures?state=held",
    f"/failures/{ONE}",
    f"/failures/{HELD}?record=1",
    f"/invoices/{name_of(1)}",
    "/invoices/nobody",
    "/replays",
    "/reconcile",
    "/readiness",
    "/audit",
    "/nowhere",
)
# Created again with INVOICES_SCREENSHOTS=yes.
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture
def console(open_console: OpenConsole, topics: Topics) -> Console:
    """Return a page with many failures; nothing but the broker answers."""
    fill(topics, SHOWN)
    return open_console({})


def planned(page: Page, base: str) -> str:
    """Plan a replay, and return its path."""
    page.goto(f"{base}/failures?code=items-not-mapped")
    with waits_for_answer(page):
        page.get_by_role("button", name="Plan a replay of all matches").click()
    return page.url.removeprefix(base)


def serious(page: Page) -> list[str]:
    """Return the serious accessibility problems that axe-core finds."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document)")
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def test_every_page_is_accessible_in_light_and_dark_and_fits_a_phone(console: Console) -> None:
    for dark in (False, True):
        person = console.person(width=320, dark=dark)
        pages = [*PAGES[1:], planned(person.log_in(), console.base)]
        for path in ("/login", *pages):
            page = person.open(path)
            assert serious(page) == [], f"{path}, dark: {dark}"
            width = page.evaluate("document.scrollingElement.scrollWidth")
            assert width <= 320, f"{path} is {width} wide"


def test_a_failure_can_be_resolved_by_keyboard_alone(console: Console) -> None:
    page = console.person().open("/login")

    def tab_to(role: str, name: str) -> None:
        for _step in range(80):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            if focused.count() and focused.evaluate(
                "(e, [r, n]) => e.matches(r) && (e.textContent + (e.labels?.[0]?.textContent ??"
                " '')).includes(n)",
                [role, name],
            ):
                return
        raise AssertionError(f"no {role} {name} is reached by Tab")

    tab_to("input", "Your name")
    page.keyboard.type("Jane Doe")
    tab_to("input", "Password")
    page.keyboard.type("let me in, please")
    with waits_for_answer(page):
        page.keyboard.press("Enter")
    page.goto(f"{console.base}/failures/{ONE}")
    tab_to("input", "What was done")
    page.keyboard.type("billed by hand")
    tab_to("button", "Resolve")
    with waits_for_answer(page):
        page.keyboard.press("Enter")

    expect(page.locator("dl.facts").first).to_contain_text("resolved")


def test_some_failures_are_chosen_by_keyboard_and_planned_without_script(console: Console) -> None:
    page = console.person(script=False).log_in()
    page.goto(f"{console.base}/failures?code=items-not-mapped")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(SHOWN // 4)
    chosen = [boxes.nth(number).get_attribute("value") or "" for number in (0, 2)]
    for number in (0, 2):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Plan a replay of the selected failures").focus()
    with waits_for_answer(page):
        page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Put 2 back now")).to_be_visible()
    listed = [link.get_attribute("href") or "" for link in page.locator("#which a").all()]
    assert sorted(listed) == sorted(f"/failures/{each}" for each in chosen)


def test_held_ones_are_chosen_and_approved(console: Console) -> None:
    page = console.person().log_in()
    page.goto(f"{console.base}/failures?state=held")
    chosen = [page.get_by_role("checkbox").nth(number) for number in (1, 4, 5)]
    names = [box.get_attribute("value") or "" for box in chosen]
    for box in chosen:
        box.check()
    chosen_form = page.get_by_role("form", name="The selected failures")
    chosen_form.get_by_label("Why (for the auditor)").fill("compared one by one")
    with waits_for_answer(page):
        page.get_by_role("button", name="Approve the selected failures").click()

    listed = [link.get_attribute("href") or "" for link in page.locator("#which a").all()]
    assert sorted(listed) == sorted(f"/failures/{each}" for each in names)
    page.goto(f"{console.base}/audit")
    expect(page.get_by_role("cell", name="compared one by one")).to_have_count(len(names))


def test_none_chosen_is_not_all(console: Console) -> None:
    page = console.person().log_in()
    page.goto(f"{console.base}/failures")
    with waits_for_answer(page):
        page.get_by_role("button", name="Plan a replay of the selected failures").click()

    expect(page.locator("main")).to_contain_text("No failure is selected")


def test_everything_works_without_script(console: Console) -> None:
    page = console.person(script=False).log_in()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    page.get_by_role("link", name="Failures", exact=True).click()
    page.get_by_label("Code").select_option("items-not-mapped")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("main p strong").first).to_have_text(str(SHOWN // 4))
    page.get_by_role("button", name="Plan a replay of all matches").click()
    expect(page.get_by_role("button", name=f"Put {SHOWN // 4} back now")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_the_overview_renews_itself_and_shows_its_age(console: Console, topics: Topics) -> None:
    page = console.person().log_in()
    expect(page.locator(".figure").first).to_have_text(str(SHOWN))
    age = page.locator("#age").inner_text()

    fill(topics, SHOWN + 1)

    expect(page.locator(".figure").first).to_have_text(str(SHOWN + 1))
    assert page.locator("#age").inner_text() != age
    page.context.clear_cookies()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_lists_are_paged_and_filters_stay_in_the_url(console: Console) -> None:
    page = console.person().log_in()
    page.goto(f"{console.base}/failures?destination=netsuite")
    page.get_by_role("link", name="Next").click()

    expect(page.locator("tbody tr")).to_have_count(SHOWN - 100)
    assert "destination=netsuite" in page.url
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("tbody tr")).to_have_count(100)


def test_a_viewer_sees_no_button_and_cannot_change_anything_by_hand_either(
    console: Console,
) -> None:
    page = console.person().log_in(password=VIEW_PASSWORD)
    for path in ("/", "/failures", f"/failures/{HELD}", "/reconcile"):
        page.goto(f"{console.base}{path}")
        assert page.locator("main form[method=post]").count() == 0, path

    post = """async () => {
        const token = document.querySelector('meta[name=csrf]').content;
        const body = new URLSearchParams({csrf: token, why: 'x'});
        return (await fetch('/destinations/netsuite/resume', {method: 'POST', body})).status;
    }"""
    assert page.evaluate(post) == 403


def test_a_request_from_another_site_is_refused(console: Console) -> None:
    page = console.person().log_in()
    token = page.locator("meta[name=csrf]").get_attribute("content")
    elsewhere = page.context.new_page()
    elsewhere.set_content(
        f'<form method="post" action="{console.base}/destinations/netsuite/resume">'
        f'<input name="csrf" value="{token}"><input name="why" value="x"><button>Go</button></form>'
    )
    with elsewhere.expect_response("**/resume") as answered:
        elsewhere.get_by_role("button", name="Go").click()

    assert answered.value.status in (303, 403)
    page.goto(f"{console.base}/")
    expect(page.locator("#live")).to_contain_text("month end")


def test_the_screenshots_of_the_docs(console: Console, tmp_path: Path) -> None:
    folder = SCREENSHOTS if screenshots.are_wanted() else tmp_path
    folder.mkdir(exist_ok=True)
    person = console.person(width=1100)
    plan = planned(person.log_in(), console.base)
    shown = {
        "overview": "/",
        "failures": "/failures?code=provider-rejected",
        "failure": f"/failures/{ONE}",
        "replay": plan,
    }
    for name, path in shown.items():
        person.open(path).screenshot(path=folder / f"page-{name}.png")

    assert sorted(each.name for each in SCREENSHOTS.glob("page-*.png")) == sorted(
        f"page-{name}.png" for name in shown
    )
