// Elements, made without markup: text is only ever text.

const SVG = "http://www.w3.org/2000/svg";

export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// Whether a text runs from right to left, by its first letter that tells.
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LETTER = /\p{L}/u;

export function direction(text) {
  const first = LETTER.exec(text);
  return first && RTL.test(first[0]) ? "rtl" : "ltr";
}

let names = null;
try {
  names = new Intl.DisplayNames(["en"], { type: "language" });
} catch {
  // An old browser shows codes.
}

export function languageName(code) {
  if (!code || code === "und") return "language unknown";
  try {
    return names ? names.of(code) : code;
  } catch {
    return code;
  }
}
