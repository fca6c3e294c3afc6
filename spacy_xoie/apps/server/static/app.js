// The page: what is typed goes to the server, what comes back is shown.

import { ApiError, exportFile, extract, getInfo } from "./api.js";
import { byId, languageName, make } from "./dom.js";
import { EXAMPLES } from "./examples.js";
import { showGraph } from "./graph.js";
import { Marks } from "./marks.js";
import { partsOf, showSide } from "./reading.js";

const PAUSE = 500;
const MOST_LIVE = 5000;

const marks = new Marks();
const text = byId("text");
let limits = null;
let shown = null;
let running = null;
let pause = null;

start();

async function start() {
  for (const [name, content] of EXAMPLES) {
    byId("example").append(make("option", { value: content }, name));
  }
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    read();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      read();
    }
  });
  text.addEventListener("input", typed);
  byId("example").addEventListener("change", (event) => {
    if (!event.target.value) return;
    text.value = event.target.value;
    event.target.value = "";
    byId("language").value = "";
    count();
    read();
  });
  byId("language").addEventListener("change", read);
  byId("target").addEventListener("change", read);
  byId("score").addEventListener("input", () => {
    byId("score-value").textContent = leastScore().toFixed(2);
    if (shown) show();
  });
  byId("asserted").addEventListener("change", () => {
    if (shown) show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && marks.pinned !== null) marks.pin(marks.pinned);
  });
  marks.follow(byId("results"));
  try {
    offer(await getInfo());
  } catch (error) {
    fail(error);
  }
  count();
  if (text.value.trim()) read();
}

// What this server can do.
function offer(info) {
  limits = info.limits;
  byId("model").textContent = `Model: ${info.model}.`;
  fillWith(byId("language"), info.languages);
  fillWith(byId("target"), info.targets);
  byId("target-field").hidden = !info.targets.length;
  for (const { name, title } of info.formats) {
    const button = make("button", { type: "button", "data-format": name }, title);
    button.setAttribute("aria-label", `Save as ${title}`);
    button.addEventListener("click", () => save(name, title));
    byId("exports").append(button);
  }
}

function fillWith(select, codes) {
  const options = codes.map((code) => make("option", { value: code }, languageName(code)));
  options.sort((a, b) => a.textContent.localeCompare(b.textContent));
  select.append(...options);
}

function typed() {
  count();
  clearTimeout(pause);
  if (byId("live").checked && text.value.length <= MOST_LIVE) {
    pause = setTimeout(read, PAUSE);
  }
}

function count() {
  const length = characters(text.value);
  const most = limits ? ` of ${limits.chars.toLocaleString("en")}` : "";
  byId("count").textContent = `${length.toLocaleString("en")}${most} characters.`;
}

function characters(content) {
  return content.length - (content.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

async function read() {
  clearTimeout(pause);
  running?.abort();
  running = null;
  const request = { text: wellFormed(text.value) };
  if (byId("language").value) request.language = byId("language").value;
  if (byId("target").value) request.target = byId("target").value;
  byId("error").hidden = true;
  if (!request.text.trim()) {
    shown = null;
    byId("results").hidden = true;
    byId("results").setAttribute("aria-busy", "false");
    say("There is no text yet.");
    return;
  }
  if (limits && characters(request.text) > limits.chars) {
    fail(new ApiError(`The text is too long: at most ${limits.chars.toLocaleString("en")} characters are taken. Send it in parts.`));
    return;
  }
  const mine = new AbortController();
  running = mine;
  byId("results").setAttribute("aria-busy", "true");
  say("Reading …");
  const began = performance.now();
  try {
    const reply = await extract(request, mine.signal);
    if (running !== mine) return;
    const seconds = (performance.now() - began) / 1000;
    shown = { request, reply, seconds };
    show();
  } catch (error) {
    if (running === mine) fail(error);
  } finally {
    if (running === mine) {
      running = null;
      byId("results").setAttribute("aria-busy", "false");
    }
  }
}

function show() {
  const { request, reply, seconds } = shown;
  const side = filtered(reply);
  marks.clear();
  byId("results").hidden = false;
  showSide(byId("sentences"), byId("more"), side, request.text, marks);
  showTranslation(request, reply, side);
  const { shown: some, total } = showGraph(byId("graph"), side.triples, marks);
  byId("graph-section").hidden = !some;
  byId("graph-note").textContent =
    some < total ? `The ${some} phrases of ${total} that have most links.` : "";
  const languages = [...new Set(side.sentences.map((one) => languageName(one.language)))];
  say(
    `${number(side.triples.length, "triple")} in ${number(side.sentences.length, "sentence")}` +
      ` (${languages.join(", ")}), in ${seconds.toFixed(1)} s.`,
  );
}

function showTranslation(request, reply, side) {
  byId("translation").hidden = !request.target;
  byId("translated").replaceChildren();
  byId("refused").replaceChildren();
  byId("more-translated").hidden = true;
  if (!request.target) return;
  const name = languageName(request.target);
  byId("translation-title").textContent = `Translation: ${name}`;
  const translation = reply.translations[request.target];
  if (!translation) {
    const why = reply.untranslated[request.target];
    byId("translation-note").textContent = why
      ? `There is none (${why.reason}). ${why.detail}`
      : "There is none.";
    return;
  }
  const kept = new Set(side.triples.map((triple) => triple.id));
  const ofKept = (triple) => kept.has(triple.original);
  const carried = { ...translation, triples: translation.triples.filter(ofKept) };
  const refused = translation.refused.filter(ofKept);
  byId("translation-note").textContent =
    `${carried.triples.length} of ${number(kept.size, "triple")} carried over.`;
  showSide(byId("translated"), byId("more-translated"), carried, translation.text, marks);
  if (refused.length) showRefused(refused, side);
}

function showRefused(refused, side) {
  const known = new Map(side.triples.map((triple) => [triple.id, triple]));
  const rows = refused.map(({ original, reason, detail }) => {
    const parts = partsOf(known.get(original)).map((part) => part.text || "(implied)");
    const why = detail ? `${reason}: ${detail}` : reason;
    return make("li", {}, make("bdi", {}, parts.join(" · ")), ` – ${why}`);
  });
  byId("refused").append(
    make("h3", {}, "Not carried over"),
    make("ul", {}, ...rows.slice(0, 50)),
  );
  if (rows.length > 50) {
    byId("refused").append(make("p", { class: "hint" }, `and ${rows.length - 50} more`));
  }
}

function filtered(reply) {
  const least = leastScore();
  const only = onlyAsserted();
  const good = (triple) =>
    (triple.score === null || triple.score >= least) && !(only && triple.modality !== "asserted");
  return { ...reply, triples: reply.triples.filter(good) };
}

async function save(format, title) {
  if (!shown) return;
  try {
    const request = { ...shown.request, min_score: leastScore(), asserted: onlyAsserted() };
    const { name, blob } = await exportFile(format, request);
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say(`Saved as ${title}: ${name}`);
  } catch (error) {
    fail(error);
  }
}

function onlyAsserted() {
  return byId("asserted").checked;
}

function leastScore() {
  return Number(byId("score").value);
}

function wellFormed(content) {
  return content.toWellFormed ? content.toWellFormed() : content;
}

function number(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

function say(message) {
  byId("status").textContent = message;
}

function fail(error) {
  say("");
  byId("error").hidden = false;
  byId("error").textContent =
    error instanceof ApiError ? error.message : `A fault of this page: ${error}`;
}
