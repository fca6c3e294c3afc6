// A small drawing of the triples as a graph.

import { draw } from "./dom.js";
import { familyOf, isStated } from "./reading.js";

const MOST_NODES = 24;
const MOST_LETTERS = 24;
const HEIGHT = 30;
const GAP = 24;
const LINE = 52;
const LEAST_SCALE = 0.75;

// Returns how many nodes are shown, of how many.
export function showGraph(place, triples, marks) {
  const { nodes, edges, total } = build(triples);
  place.replaceChildren();
  if (!nodes.length) return { shown: 0, total };
  const islands = split(nodes, edges);
  for (const island of islands) layOut(island);
  pack(islands, place.clientWidth || 600);
  const svg = picture(nodes, edges, marks);
  place.append(svg);
  // What has to be scrolled must be reached by keyboard.
  if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
  else place.removeAttribute("tabindex");
  return { shown: nodes.length, total };
}

// Nodes are phrases, edges the facts of two arguments; those with most edges are kept.
function build(triples) {
  const byName = new Map();
  const all = [];
  for (const triple of triples) {
    for (const [subject, relation, object] of triple.binary) {
      const family = familyOf(triple);
      const from = subject
        ? node(byName, subject, family)
        : node(byName, "(implied)", family, `\n${family}`);
      const to = node(byName, object, family);
      all.push({ from, to, label: relation, family, isOpen: !isStated(triple) });
    }
  }
  const ranked = [...byName.values()].sort((a, b) => b.degree - a.degree);
  const kept = new Set(ranked.slice(0, MOST_NODES));
  const edges = all.filter((edge) => kept.has(edge.from) && kept.has(edge.to));
  const linked = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  return { nodes: ranked.filter((one) => linked.has(one)), edges, total: ranked.length };
}

function node(byName, name, family, key = name.toLowerCase()) {
  if (!byName.has(key)) {
    byName.set(key, { name, label: short(name), families: new Set(), degree: 0 });
  }
  const found = byName.get(key);
  found.families.add(family);
  found.degree += 1;
  return found;
}

function short(name) {
  const letters = Array.from(name.replace(/\s+/gu, " "));
  const cut = letters.length > MOST_LETTERS;
  return cut ? `${letters.slice(0, MOST_LETTERS - 1).join("")}…` : letters.join("");
}

// Wide letters take twice the room.
function widthOf(label, size) {
  let width = 0;
  for (const letter of label) {
    width += /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uff60\u{1f000}-\u{3ffff}]/u.test(letter) ? 1 : 0.56;
  }
  return width * size;
}

// Phrases that are linked, each group for itself.
function split(nodes, edges) {
  const island = new Map(nodes.map((one) => [one, { nodes: [one], edges: [] }]));
  for (const edge of edges) {
    const [a, b] = [island.get(edge.from), island.get(edge.to)];
    a.edges.push(edge);
    if (a === b) continue;
    a.edges.push(...b.edges);
    a.nodes.push(...b.nodes);
    for (const one of b.nodes) island.set(one, a);
  }
  return [...new Set(island.values())];
}

// Subjects stand to the left of their objects, in columns.
function layOut({ nodes, edges }) {
  const columns = sortIntoColumns(nodes, edges);
  for (let round = 0; round < 4; round += 1) {
    for (const column of columns) {
      column.sort((a, b) => a.y - b.y);
      column.forEach((one, i) => {
        one.y = LINE * (i - (column.length - 1) / 2);
      });
    }
    for (const one of nodes) one.y = middleOfNeighbours(one, edges);
  }
  for (const column of columns) {
    column.sort((a, b) => a.y - b.y);
    column.forEach((one, i) => {
      one.y = LINE * (i - (column.length - 1) / 2);
    });
  }
  let left = 0;
  columns.forEach((column, i) => {
    const width = Math.max(...column.map((one) => one.width));
    for (const one of column) one.x = left + width / 2;
    const crossing = edges.filter(({ from, to }) => Math.min(from.column, to.column) === i);
    const label = Math.max(40, ...crossing.map((edge) => widthOf(short(edge.label), 12.5)));
    left += width + label + 44;
  });
}

// From those that begin facts, forwards to their objects and backwards to subjects.
function sortIntoColumns(nodes, edges) {
  const objects = new Set(edges.map((edge) => edge.to));
  const first = nodes.find((one) => !objects.has(one)) ?? nodes[0];
  const waiting = [first];
  first.column = 0;
  while (waiting.length) {
    const one = waiting.shift();
    for (const { from, to } of edges) {
      if (from === one && to.column === undefined) {
        to.column = one.column + 1;
        waiting.push(to);
      } else if (to === one && from.column === undefined) {
        from.column = one.column - 1;
        waiting.push(from);
      }
    }
  }
  const least = Math.min(...nodes.map((one) => one.column));
  const columns = [];
  nodes.forEach((one, i) => {
    one.width = widthOf(one.label, 14) + 22;
    one.column -= least;
    one.y = i;
    (columns[one.column] ??= []).push(one);
  });
  return columns;
}

function middleOfNeighbours(one, edges) {
  const heights = [];
  for (const { from, to } of edges) {
    if (from === one && to !== one) heights.push(to.y);
    if (to === one && from !== one) heights.push(from.y);
  }
  return heights.length ? heights.reduce((a, b) => a + b, 0) / heights.length : one.y;
}

// Islands stand in rows, the large ones first.
function pack(islands, width) {
  for (const island of islands) {
    island.box = emptyBox();
    for (const one of island.nodes) grow(island.box, one.x, one.y, one.width, HEIGHT);
    island.height = island.box.bottom - island.box.top;
    island.width = island.box.right - island.box.left;
  }
  islands.sort((a, b) => b.height - a.height);
  let [x, y, row] = [0, 0, 0];
  for (const island of islands) {
    if (x > 0 && x + island.width > width) [x, y, row] = [0, y + row + GAP, 0];
    for (const one of island.nodes) {
      one.x += x - island.box.left;
      one.y += y - island.box.top;
    }
    x += island.width + GAP;
    row = Math.max(row, island.height);
  }
}

function picture(nodes, edges, marks) {
  const arrow = draw("marker", {
    id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, orient: "auto",
    markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse",
  }, draw("path", { d: "M0 0 8 4 0 8z" }));
  const svg = draw("svg", { role: "img", "aria-labelledby": "graph-name" },
    draw("title", { id: "graph-name" }, "Graph of the triples, which are listed above"),
    draw("defs", {}, arrow));
  const box = emptyBox();
  const seen = new Map();
  const lines = edges.map((edge) => {
    const key = `${nodes.indexOf(edge.from)} ${nodes.indexOf(edge.to)}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    return line(edge, nth, box, marks);
  });
  const boxes = nodes.map((one) => nodeBox(one, box, marks));
  svg.append(...lines, ...boxes);
  const margin = 12;
  const width = box.right - box.left + 2 * margin;
  const height = box.bottom - box.top + 2 * margin;
  const corner = [box.left - margin, box.top - margin];
  svg.setAttribute("viewBox", [...corner, width, height].map(Math.round).join(" "));
  svg.style.maxWidth = `${Math.round(width)}px`;
  svg.style.minWidth = `${Math.round(width * LEAST_SCALE)}px`;
  return svg;
}

function nodeBox(one, box, marks) {
  const { x, y, width } = one;
  grow(box, x, y, width, HEIGHT);
  const group = draw("g", { class: "node", "data-triples": [...one.families].join(" ") },
    draw("title", {}, one.name),
    draw("rect", { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT, rx: 8 }),
    draw("text", { x, y }, one.label));
  for (const family of one.families) marks.add(family, group);
  return group;
}

function line({ from, to, label, family, isOpen }, nth, box, marks) {
  const { d, middle } = wayOf(from, to, nth);
  grow(box, ...middle, widthOf(short(label), 12.5), 16);
  const kind = isOpen ? "edge open" : "edge";
  const group = draw("g", { class: kind, "data-triples": family },
    draw("title", {}, `${from.name} · ${label} · ${to.name}`),
    draw("path", { d, "marker-end": "url(#arrow)" }),
    draw("text", { x: middle[0], y: middle[1] }, short(label)));
  marks.add(family, group);
  return group;
}

// The nth line from one box to another, and where its name stands.
function wayOf(from, to, nth) {
  const aside = nth * 20;
  if (from === to) {
    const top = from.y - HEIGHT / 2;
    const high = top - 34 - aside;
    const d = `M${from.x - 20} ${top}C${from.x - 30} ${high} ${from.x + 30} ${high} ${from.x + 20} ${top}`;
    return { d, middle: [from.x, high + 8] };
  }
  // Within a column it goes around, on the right.
  const side = Math.sign(to.column - from.column);
  const start = [from.x + ((side || 1) * from.width) / 2, from.y];
  const end = [to.x + ((side ? -side : 1) * to.width) / 2, to.y];
  const bend = side ? (start[0] + end[0]) / 2 : Math.max(start[0], end[0]) + 50;
  const [a, b] = [start[1] + aside, end[1] + aside];
  const d = `M${start.join(" ")}C${bend} ${a} ${bend} ${b} ${end.join(" ")}`;
  const x = (start[0] + end[0]) / 8 + (bend * 3) / 4;
  return { d, middle: [x, (start[1] + end[1]) / 8 + ((a + b) * 3) / 8] };
}

function emptyBox() {
  return { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
}

function grow(box, x, y, width, height) {
  box.left = Math.min(box.left, x - width / 2);
  box.right = Math.max(box.right, x + width / 2);
  box.top = Math.min(box.top, y - height / 2);
  box.bottom = Math.max(box.bottom, y + height / 2);
}
