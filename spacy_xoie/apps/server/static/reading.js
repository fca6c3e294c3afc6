// A text, sentence by sentence, with its triples.

import { direction, languageName, make } from "./dom.js";

const AT_ONCE = 50;
const ROLES = ["subject", "relation", "object", "object", "object"];

// Show a side (a text or its translation) in a list; the rest comes with a button.
export function showSide(list, more, side, text, marks) {
  const units = unitsOf(text);
  const found = side.sentences.map(() => []);
  for (const triple of side.triples) found[triple.sentence]?.push(triple);
  let shown = 0;
  const showMore = (isFirst) => {
    const end = Math.min(shown + AT_ONCE, side.sentences.length);
    const first = list.children.length;
    for (; shown < end; shown += 1) {
      const sentence = side.sentences[shown];
      list.append(sentenceItem(sentence, found[shown], text, units, marks));
    }
    const left = side.sentences.length - shown;
    more.hidden = left === 0;
    more.textContent = `Show more sentences (${left} left)`;
    if (!isFirst) {
      const next = list.children[first];
      next.tabIndex = -1;
      next.focus();
      marks.rest();
    }
  };
  list.replaceChildren();
  showMore(true);
  more.onclick = () => showMore(false);
}

// Whether a triple is neither negated nor said with less than the text's own word.
export function isStated({ negated, modality }) {
  return !negated && (!modality || modality === "asserted");
}

// How far the text stands behind a triple; nothing if it does wholly.
function remarkOf({ negated, modality, source }) {
  const marks = [];
  if (negated) marks.push(make("span", { class: "said denied", dir: "ltr" }, "negated"));
  if (modality && modality !== "asserted") {
    marks.push(make("span", { class: "said open", dir: "ltr" }, modality));
  }
  if (source) marks.push(make("span", { class: "by" }, "by ", make("bdi", {}, source.text)));
  return marks.length ? marks : null;
}

export function partsOf(triple) {
  return [triple.subject, triple.relation, ...triple.objects];
}

// The triple whose parts are marked together: that of the text, not of the translation.
export function familyOf(triple) {
  return triple.original ?? triple.id;
}

// The server counts characters, JavaScript counts halves of those beyond U+FFFF.
export function unitsOf(text) {
  if (!/[\ud800-\udbff]/.test(text)) return (place) => place;
  const places = [];
  let unit = 0;
  for (const character of text) {
    places.push(unit);
    unit += character.length;
  }
  places.push(unit);
  return (place) => places[place];
}

function sentenceItem(sentence, triples, text, units, marks) {
  const { language, score } = sentence;
  const isKnown = score === null || score === 1 || language === "und";
  const sure = isKnown ? "" : ` ${Math.round(100 * score)} %`;
  const badge = make("span", { class: "badge" }, `${languageName(language)}${sure}`);
  const content = text.slice(units(sentence.start), units(sentence.end));
  const code = language === "und" ? null : language;
  const words = make("p", { class: "words", lang: code, dir: direction(content) });
  words.append(...pieces(sentence, triples, text, units, marks));
  const item = make("li", {}, badge, words);
  if (triples.length) {
    const rows = triples.map((triple) => make("li", {}, row(triple, code, marks)));
    item.append(make("ul", { class: "triples", "aria-label": "Triples" }, ...rows));
  } else {
    item.append(make("p", { class: "none" }, "No triple."));
  }
  return item;
}

// The words of a sentence, cut where a part of a triple begins or ends.
function pieces(sentence, triples, text, units, marks) {
  const cuts = new Set([sentence.start, sentence.end]);
  const spans = [];
  for (const triple of triples) {
    partsOf(triple).forEach((part, number) => {
      for (const [start, end] of part.spans) {
        spans.push({ start, end, family: familyOf(triple), role: ROLES[number] });
        cuts.add(start).add(end);
      }
    });
  }
  const places = [...cuts]
    .filter((place) => place >= sentence.start && place <= sentence.end)
    .sort((a, b) => a - b);
  const elements = [];
  for (let i = 0; i + 1 < places.length; i += 1) {
    const [start, end] = [places[i], places[i + 1]];
    const covering = spans.filter((span) => span.start <= start && end <= span.end);
    const content = text.slice(units(start), units(end));
    if (!covering.length) {
      elements.push(document.createTextNode(content));
      continue;
    }
    const families = [...new Set(covering.map((span) => span.family))];
    const element = make("span", { class: "part", "data-triples": families.join(" ") });
    element.textContent = content;
    for (const span of covering) marks.add(span.family, element, span.role);
    elements.push(element);
  }
  return elements;
}

function row(triple, language, marks) {
  const family = familyOf(triple);
  const button = make("button", {
    type: "button",
    class: "triple",
    "data-triples": family,
    "aria-pressed": "false",
    dir: direction(triple.relation.text),
  });
  const parts = make("span", { class: "parts" });
  partsOf(triple).forEach((part, number) => {
    const role = ROLES[number];
    const name = part.text ? role : `${role} implied`;
    parts.append(
      number ? make("span", { "aria-hidden": "true" }, "·") : "",
      make("span", { class: "hidden" }, `${number ? "; " : ""}${role}: `),
      make("bdi", { class: name, lang: language }, part.text || "(implied)"),
    );
  });
  if (triple.lost?.length) {
    parts.append(make("span", { class: "lost" }, `(${triple.lost.join(", ")})`));
  }
  const remark = remarkOf(triple);
  if (remark) parts.append(make("span", { class: "hidden" }, "; "), ...remark);
  button.append(parts);
  if (triple.score !== null) {
    button.append(
      make("span", { class: "hidden" }, "; score "),
      make("span", { class: "score", dir: "ltr" }, triple.score.toFixed(2)),
    );
  }
  marks.add(family, button);
  return button;
}
