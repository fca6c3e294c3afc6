"""The page, in a real browser: Chromium, driven by selenium. Skipped where there is
none (Debian: apt install chromium chromium-driver)."""

import json
import shutil
import socket
import threading
import urllib.request
from pathlib import Path
from typing import Any, Callable, Iterator, List, NamedTuple

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from server_builders import TableTranslator, make_engines

from spacy_xoie.apps.server.app import make_app
from spacy_xoie.apps.server.backend import LocalBackend
from spacy_xoie.apps.server.engine import EngineSpec, open_engine
from spacy_xoie.apps.server.run import allowed_hosts, bind
from spacy_xoie.apps.server.settings import Limits
from spacy_xoie.projection.ty import Translator

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="Chromium and its driver are not installed: apt install chromium "
    "chromium-driver",
)

ENGLISH = "The museum bought three paintings in June."
ARABIC = "افتتحت الشركة مصنعا جديدا في القاهرة."
CHINESE = "公司在上海建了一座工厂。"
PATIENCE = 120


class Page(NamedTuple):
    """The page in a browser.

    driver (Any): The browser.
    address (str): Of the page.
    downloads (Path): Where files go.
    """

    driver: Any
    address: str
    downloads: Path

    def find(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str) -> List[Any]:
        found: List[Any] = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def wait(self, condition: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: condition())

    def read(self, text: str, *, typed: bool = False) -> None:
        """Put a text in, and wait for what comes of it."""
        box = self.find("#text")
        box.clear()
        if typed:
            box.send_keys(text)
        else:
            self.driver.execute_script("arguments[0].value = arguments[1]", box, text)
            self.find("button.main").click()
        self.wait(lambda: self.status.endswith(" s.") and self.shows(text))

    def shows(self, text: str) -> bool:
        words = self.driver.execute_script(
            "return document.querySelector('#sentences .words')?.textContent ?? ''"
        )
        return bool(words) and text.lstrip().startswith(words[:20])

    @property
    def status(self) -> str:
        return str(self.find("#status").text)

    def point_at(self, element: Any) -> None:
        ActionChains(self.driver).move_to_element(element).perform()

    def marked(self, place: str = "#sentences") -> List[str]:
        return [one.text for one in self.find_all(f"{place} .words .on")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    engine = open_engine(EngineSpec("xx_xoie_sm", ""))
    spanish = "El museo compró tres pinturas en junio."
    translator: Translator = TableTranslator({ENGLISH: spanish})
    engine.engines = make_engines(translator)
    taken = bind("127.0.0.1", 0)
    made = make_app(
        LocalBackend(engine),
        limits=Limits(chars=120_000),
        hosts=allowed_hosts("127.0.0.1", ()),
    )
    server = uvicorn.Server(uvicorn.Config(made, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    downloads = tmp_path_factory.mktemp("downloads")
    driver = open_browser(downloads)
    try:
        yield Page(driver, address_of(taken), downloads)
    finally:
        driver.quit()
        server.should_exit = True
        thread.join()


@pytest.fixture(autouse=True)
def fresh(page: Page) -> Iterator[None]:
    """A new page for each test, on which nothing fails."""
    page.driver.get(page.address)
    page.wait(lambda: page.find_all("#exports button"))
    yield
    logged = page.driver.get_log("browser")
    assert [entry for entry in logged if entry["level"] == "SEVERE"] == []


def open_browser(downloads: Path) -> Any:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage"):
        options.add_argument(f"--{argument}")
    options.add_argument("--window-size=1300,1000")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    folder = {"download.default_directory": str(downloads)}
    options.add_experimental_option("prefs", folder)
    service = webdriver.ChromeService(str(DRIVER))
    return webdriver.Chrome(options=options, service=service)


def address_of(taken: socket.socket) -> str:
    host, port = taken.getsockname()
    return f"http://{host}:{port}/"


def test_typing_and_pointing(page: Page) -> None:
    page.read(ENGLISH, typed=True)
    assert page.find("#sentences .badge").text.startswith("English")
    assert page.marked() == []
    triple = page.find("#sentences .triple")
    page.point_at(triple)
    assert page.marked() == ["The museum", "bought", "three paintings", "in June"]
    subject = page.find("#sentences .words .on.subject")
    assert subject.text == "The museum"
    assert page.find_all("#graph .node.on")
    page.point_at(page.find("h1"))
    assert page.marked() == []
    # The other way round: words lead to their triples.
    page.point_at(page.find("#sentences .words .part"))
    assert "on" in triple.get_attribute("class").split()


def test_keyboard(page: Page) -> None:
    page.read(ENGLISH)
    keys = ActionChains(page.driver)
    page.driver.execute_script("document.querySelector('#exports').lastChild.focus()")
    keys.send_keys(Keys.TAB).perform()
    focused = page.driver.switch_to.active_element
    assert "triple" in focused.get_attribute("class").split()
    assert "The museum" in page.marked()
    keys.send_keys(Keys.ENTER).perform()
    assert focused.get_attribute("aria-pressed") == "true"
    page.driver.execute_script("document.activeElement.blur()")
    assert "The museum" in page.marked()
    keys.send_keys(Keys.ESCAPE).perform()
    assert page.marked() == []
    page.find("#text").send_keys(" ", Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: page.status.endswith(" s."))


@pytest.mark.parametrize(
    "text, language, direction",
    [(ARABIC, "Arabic", "rtl"), (CHINESE, "Chinese", "ltr")],
)
def test_other_scripts(page: Page, text: str, language: str, direction: str) -> None:
    page.read(text, typed=True)
    assert page.find("#sentences .badge").text.startswith(language)
    words = page.find("#sentences .words")
    assert (words.text, words.get_attribute("dir")) == (text, direction)
    page.point_at(page.find("#sentences .triple"))
    marked = page.marked()
    assert marked
    assert all(part in text for part in marked)
    shown = [one.text for one in page.find_all("#sentences .triple bdi")]
    assert sorted("".join(marked)) == sorted("".join(shown))


def test_characters_beyond_the_first_plane(page: Page) -> None:
    page.read(f"😀 𝒳 {ENGLISH}")
    for triple in page.find_all("#sentences .triple"):
        page.point_at(triple)
        shown = "".join(one.text for one in triple.find_elements(By.TAG_NAME, "bdi"))
        assert sorted("".join(page.marked())) == sorted(shown)


def test_empty_text(page: Page) -> None:
    page.find("button.main").click()
    assert "no text" in page.status
    page.read(ENGLISH)
    page.find("#text").clear()
    page.find("button.main").click()
    assert not page.find("#results").is_displayed()


def test_long_text(page: Page) -> None:
    text = (f"{ENGLISH} " * 2500)[:100_000]
    page.read(text)
    count = int(page.status.split()[0].replace(",", ""))
    assert count > 2000
    shown = len(page.find_all("#sentences > li"))
    assert shown < 100
    page.find("#more").click()
    assert len(page.find_all("#sentences > li")) > shown
    assert len(page.find_all("#graph .node")) < 50


def test_too_long_a_text_is_not_sent(page: Page) -> None:
    box = page.find("#text")
    page.driver.execute_script("arguments[0].value = 'a'.repeat(120001)", box)
    page.find("button.main").click()
    assert "120,000" in page.wait(lambda: page.find("#error").text)


def test_markup_is_shown_as_text(page: Page) -> None:
    name = "<img src=x onerror=document.title='broken'>"
    page.read(f"{name} bought <b>three</b> paintings &amp; a lamp.")
    assert name in page.find("#sentences").text
    assert page.find_all("#results img, #results b, #results script") == []
    assert "broken" not in page.driver.title


def test_translation(page: Page) -> None:
    page.read(ENGLISH)
    Select(page.find("#target")).select_by_value("es")
    page.wait(lambda: page.find_all("#translated .triple"))
    page.point_at(page.find("#sentences .triple"))
    assert page.marked("#translated")[:2] == ["El museo", "compró"]
    Select(page.find("#target")).select_by_value("pt")
    page.wait(lambda: "engine failed" in page.find("#translation").text)


def test_least_score_hides_triples(page: Page) -> None:
    page.read(ENGLISH)
    assert page.find_all("#sentences .triple")
    slider = page.find("#score")
    slider.send_keys(Keys.END)
    assert page.find("#score-value").text == "0.99"
    assert page.find_all("#sentences .triple") == []
    assert "0 triples" in page.status


def test_what_is_not_asserted_can_be_hidden(page: Page) -> None:
    text = f"{ENGLISH} Did the city sell the house?"
    page.read(text)
    request = urllib.request.Request(
        f"{page.address.rstrip('/')}/api/extract",
        json.dumps({"text": text}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
        triples = json.load(reply)["triples"]
    box = page.find("#asserted")
    box.click()
    left = [one for one in triples if one["modality"] == "asserted"]
    assert len(page.find_all("#sentences .triple")) == len(left)
    box.click()
    assert len(page.find_all("#sentences .triple")) == len(triples)


def test_files(page: Page) -> None:
    page.read(ENGLISH)
    page.find("[data-format=json]").click()
    path = page.downloads / "triples.json"
    page.wait(path.exists)
    page.wait(lambda: not list(page.downloads.glob("*.crdownload")))
    assert json.loads(path.read_text("utf8"))["text"] == ENGLISH
    assert "triples.json" in page.status


def test_nothing_comes_from_elsewhere(page: Page) -> None:
    page.read(ENGLISH)
    names = page.driver.execute_script(
        "return performance.getEntriesByType('resource').map((one) => one.name)"
    )
    assert names
    assert all(name.startswith(page.address) for name in names)


CONTRAST = """
const light = (color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const color = getComputedStyle(one).backgroundColor;
    if (!/, 0\\)$/.test(color)) return color;
  }
  return 'rgb(255, 255, 255)';
};
return [...document.querySelectorAll('body *')]
  .filter((one) => one.checkVisibility() && !one.closest('svg')
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .map((one) => {
    const pair = [light(getComputedStyle(one).color), light(behind(one))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    return [ratio, one.tagName + '.' + one.className];
  });
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(page: Page, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    page.read(ENGLISH)
    page.point_at(page.find("#sentences .triple"))
    found = page.driver.execute_script(CONTRAST)
    assert len(found) > 20
    assert [one for one in found if one[0] < 4.5] == []


def test_narrow_page_has_no_sideways_scroll(page: Page) -> None:
    size = {"width": 340, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.read(f"{ENGLISH} {'long' * 60} bought a lamp.")
        width = page.driver.execute_script(
            "return document.documentElement.scrollWidth"
        )
        assert width <= 340
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_every_control_has_a_name(page: Page) -> None:
    page.read(ENGLISH)
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "combobox", "checkbox", "slider", "textbox", "link", "img"}
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if node.get("role", {}).get("value") in roles
    ]
    assert len(named) > 8
    assert all(name for _, name in named), named
    (triple,) = [name for _, name in named if "relation: bought" in name]
    assert triple.startswith("subject: The museum")


def test_description_of_the_api(page: Page) -> None:
    page.driver.get(page.address + "docs")
    page.wait(lambda: len(page.find_all(".route")) >= 5)
    route = next(one for one in page.find_all(".route") if "/api/extract" in one.text)
    route.find_elements(By.TAG_NAME, "summary")[1].click()
    route.find_element(By.CSS_SELECTOR, "button").click()
    answer = route.find_element(By.TAG_NAME, "pre")
    page.wait(lambda: '"triples"' in answer.text)
