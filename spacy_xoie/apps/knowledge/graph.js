"use strict";
// Draws the graph of the page: forces find the places, then it is moved by hand.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const data = JSON.parse(document.getElementById("data").textContent);
  const stage = document.getElementById("stage");
  const side = document.getElementById("side");
  const count = document.getElementById("count");
  const { nodes, edges } = data;

  const make = (name, attributes = {}, parent = null, text = null) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== null) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  };
  const html = (name, text = "", parent = null, attributes = {}) => {
    const element = document.createElement(name);
    element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (parent) parent.append(element);
    return element;
  };
  const named = (node) => node.label || "(implied)";
  // How far the text stands behind a relation; "" if it does wholly.
  const remark = (edge) => {
    const modality = edge.modality === "asserted" ? "" : edge.modality;
    const words = [edge.negated ? "negated" : "", modality].filter(Boolean).join(", ");
    return [words, edge.source_text && `by ${edge.source_text}`].filter(Boolean).join(" ");
  };
  const said = (edge) => {
    const words = edge.adposition ? `${edge.relation} ${edge.adposition}` : edge.relation;
    return remark(edge) ? `${words} (${remark(edge)})` : words;
  };
  const short = (text) => (text.length > 32 ? [...text].slice(0, 30).join("") + "…" : text);

  // Neighbours, and edges between the same two nodes, which must not hide each other.
  nodes.forEach((node, i) => { node.id = i; node.edges = []; });
  const between = new Map();
  edges.forEach((edge, i) => {
    edge.id = i;
    nodes[edge.source].edges.push(edge);
    if (edge.target !== edge.source) nodes[edge.target].edges.push(edge);
    const key = [edge.source, edge.target].sort((a, b) => a - b).join("-");
    const same = between.get(key) || [];
    edge.nth = same.length;
    same.push(edge);
    between.set(key, same);
  });
  for (const same of between.values()) same.forEach((edge) => { edge.of = same.length; });
  nodes.forEach((node) => { node.r = 5 + 2.2 * Math.sqrt(node.edges.length); });

  // What hangs together is laid out by itself.
  const components = [];
  for (const root of nodes) {
    if (root.component) continue;
    const members = [root];
    root.component = members;
    for (const node of members) for (const edge of node.edges) {
      for (const other of [nodes[edge.source], nodes[edge.target]]) {
        if (!other.component) { other.component = members; members.push(other); }
      }
    }
    components.push(members);
  }

  const REACH = 330;
  const tick = (members, heat, gravity) => {
    // Nodes push each other away as far as REACH; a grid finds those who are near.
    const grid = new Map();
    for (const node of members) {
      const key = Math.floor(node.x / REACH) + "," + Math.floor(node.y / REACH);
      if (!grid.has(key)) grid.set(key, []);
      grid.get(key).push(node);
    }
    for (const node of members) {
      const cx = Math.floor(node.x / REACH), cy = Math.floor(node.y / REACH);
      for (let dx = -1; dx <= 1; dx++) for (let dy = -1; dy <= 1; dy++) {
        for (const other of grid.get((cx + dx) + "," + (cy + dy)) || []) {
          if (other.id <= node.id) continue;
          let x = node.x - other.x, y = node.y - other.y;
          let square = x * x + y * y;
          if (square > REACH * REACH) continue;
          if (square < 1) { x = 0.5 + node.id % 3; y = 0.5 + other.id % 2; square = 1; }
          const push = heat * 9000 / square, d = Math.sqrt(square);
          node.vx += push * x / d; node.vy += push * y / d;
          other.vx -= push * x / d; other.vy -= push * y / d;
        }
      }
      for (const edge of node.edges) {
        if (edge.source !== node.id || edge.target === node.id) continue;
        const other = nodes[edge.target];
        const x = other.x - node.x, y = other.y - node.y, d = Math.sqrt(x * x + y * y) || 1;
        const pull = heat * 0.09 * (d - 150) / edge.of;
        node.vx += pull * x / d; node.vy += pull * y / d;
        other.vx -= pull * x / d; other.vy -= pull * y / d;
      }
    }
    for (const node of members) {
      node.vx -= heat * gravity * node.x;
      node.vy -= heat * gravity * node.y;
      if (!node.held) {
        node.x += Math.max(-40, Math.min(40, node.vx));
        node.y += Math.max(-40, Math.min(40, node.vy));
      }
      node.vx *= 0.55; node.vy *= 0.55;
    }
  };

  const margin = (node) => Math.min(32, named(node).length) * 3.6 + 12;
  const boxes = components.map((members) => {
    // To begin with a sunflower, so that a page looks the same each time.
    members.forEach((node, i) => {
      const radius = 60 * Math.sqrt(i + 0.3), angle = i * 2.399963;
      node.x = radius * Math.cos(angle);
      node.y = radius * Math.sin(angle);
      node.vx = node.vy = 0;
    });
    const ticks = members.length > 300 ? 200 : 300;
    for (let i = 0; i < ticks; i++) tick(members, 1 - i / ticks, 0.012);
    if (members.length > 1) {
      // Flat rather than high, as labels are.
      const spread = (axis) => Math.max(...members.map((n) => n[axis])) - Math.min(...members.map((n) => n[axis]));
      if (spread("y") > spread("x")) for (const node of members) [node.x, node.y] = [node.y, -node.x];
    }
    const left = Math.min(...members.map((n) => n.x - margin(n)));
    const top = Math.min(...members.map((n) => n.y - n.r - 22));
    return { members, left, top,
      width: Math.max(...members.map((n) => n.x + margin(n))) - left,
      height: Math.max(...members.map((n) => n.y + n.r + 14)) - top };
  });

  // Components stand in rows, the largest first.
  boxes.sort((a, b) => b.height - a.height || b.width - a.width);
  const area = boxes.reduce((sum, box) => sum + box.width * box.height, 0);
  const shape = stage.getBoundingClientRect();
  const room = Math.max(Math.sqrt(area * 1.15 * Math.max(shape.width, 1) / Math.max(shape.height, 1)),
    ...boxes.map((box) => box.width));
  let x0 = 0, y0 = 0, row = 0;
  for (const box of boxes) {
    if (x0 > 0 && x0 + box.width > room) { x0 = 0; y0 += row; row = 0; }
    for (const node of box.members) { node.x += x0 - box.left; node.y += y0 - box.top; }
    x0 += box.width;
    row = Math.max(row, box.height);
  }

  // The drawing.
  const svg = make("svg", { role: "group", "aria-label":
    "Graph. Tab goes from node to node, Enter shows its relations, arrow keys move the view, plus and minus zoom." }, stage);
  const defs = make("defs", {}, svg);
  const marker = make("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4,
    markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, defs);
  make("path", { d: "M0,0 L8,4 L0,8 z" }, marker);
  const world = make("g", { class: edges.length <= 60 ? "few" : "" }, svg);
  const layers = ["g", "g", "g"].map((name) => make(name, {}, world));
  for (const edge of edges) {
    const kind = remark(edge) ? "edge open" : "edge";
    edge.path = make("path", { class: kind, "marker-end": "url(#tip)" }, layers[0]);
    make("title", {}, edge.path, said(edge));
    edge.text = make("text", { class: "label", "text-anchor": "middle" }, layers[1], short(said(edge)));
  }
  for (const node of nodes) {
    node.g = make("g", { class: (node.implied ? "node implied" : "node") + (node.edges.length > 2 ? " big" : ""), tabindex: 0, role: "button",
      "aria-label": named(node) + ", " + node.edges.length + " relations" }, layers[2]);
    make("title", {}, node.g, named(node) + (node.languages ? " (" + node.languages + ")" : ""));
    make("circle", { r: node.r }, node.g);
    if (node.label) make("text", { "text-anchor": "middle", dy: -node.r - 4 }, node.g, short(node.label));
  }

  const place = () => {
    for (const edge of edges) {
      const a = nodes[edge.source], b = nodes[edge.target];
      if (a === b) {
        const s = a.r + 14 + 8 * edge.nth;
        edge.path.setAttribute("d", `M${a.x - 4},${a.y + a.r} C${a.x - 2 * s},${a.y + 2 * s} ${a.x + 2 * s},${a.y + 2 * s} ${a.x + 4},${a.y + a.r}`);
        edge.text.setAttribute("x", a.x); edge.text.setAttribute("y", a.y + 1.7 * s + 8);
        continue;
      }
      const x = b.x - a.x, y = b.y - a.y, d = Math.sqrt(x * x + y * y) || 1;
      // Seen from its own start, each of several edges bends to a side of its own.
      const turn = edge.source < edge.target ? 1 : -1;
      const bend = turn * (edge.nth - (edge.of - 1) / 2) * 34;
      const mx = (a.x + b.x) / 2 - bend * y / d, my = (a.y + b.y) / 2 + bend * x / d;
      const cut = (from, node, far) => {
        const ux = from[0] - node.x, uy = from[1] - node.y, u = Math.sqrt(ux * ux + uy * uy) || 1;
        return [node.x + ux / u * (node.r + far), node.y + uy / u * (node.r + far)];
      };
      const s = cut([mx, my], a, 1), e = cut([mx, my], b, 3);
      edge.path.setAttribute("d", `M${s[0]},${s[1]} Q${mx},${my} ${e[0]},${e[1]}`);
      edge.text.setAttribute("x", (a.x + b.x + 2 * mx) / 4);
      edge.text.setAttribute("y", (a.y + b.y + 2 * my) / 4 - 3);
    }
    for (const node of nodes) node.g.setAttribute("transform", `translate(${node.x},${node.y})`);
  };

  // What is seen of it.
  const view = { x: 0, y: 0, scale: 1 };
  const show = () => {
    world.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.scale})`);
    world.classList.toggle("far", view.scale < 0.55);
    world.style.setProperty("--size", `${11 / view.scale}px`);
  };
  const size = () => stage.getBoundingClientRect();
  const zoom = (factor, x = size().width / 2, y = size().height / 2) => {
    const scale = Math.max(0.05, Math.min(8, view.scale * factor));
    view.x = x - (x - view.x) * scale / view.scale;
    view.y = y - (y - view.y) * scale / view.scale;
    view.scale = scale;
    show();
  };
  const fit = () => {
    if (!nodes.length) return;
    const box = size();
    const xs = nodes.map((n) => n.x), ys = nodes.map((n) => n.y);
    const low = [Math.min(...xs) - 90, Math.min(...ys) - 50], high = [Math.max(...xs) + 90, Math.max(...ys) + 40];
    view.scale = Math.max(0.05, Math.min(1.6, box.width / (high[0] - low[0]), box.height / (high[1] - low[1])));
    view.x = box.width / 2 - view.scale * (low[0] + high[0]) / 2;
    view.y = box.height / 2 - view.scale * (low[1] + high[1]) / 2;
    show();
  };
  const bring = (node) => {
    const box = size(), x = node.x * view.scale + view.x, y = node.y * view.scale + view.y;
    if (x > 20 && y > 20 && x < box.width - 20 && y < box.height - 20) return;
    view.x = box.width / 2 - node.x * view.scale;
    view.y = box.height / 2 - node.y * view.scale;
    show();
  };

  // Search, language, and what is pointed at or chosen.
  const search = document.getElementById("search");
  const language = document.getElementById("language");
  const codes = [...new Set(edges.map((edge) => edge.language).filter(Boolean))].sort();
  for (const code of codes) html("option", code, language, { value: code });
  let chosen = null, pointed = null;
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const found = () => {
    const words = plain(search.value.trim());
    if (!words) return null;
    const hits = new Set();
    for (const node of nodes) if (plain(named(node)).includes(words)) hits.add(node);
    for (const edge of edges) if (plain(edge.relation).includes(words)) {
      hits.add(nodes[edge.source]); hits.add(nodes[edge.target]);
    }
    return hits;
  };
  const paint = () => {
    const centre = pointed || chosen, hits = found(), code = language.value;
    const spoken = (edge) => !code || edge.language === code;
    const lit = new Set();
    if (centre) {
      lit.add(centre);
      for (const edge of centre.edges) if (spoken(edge)) { lit.add(nodes[edge.source]); lit.add(nodes[edge.target]); }
    } else if (hits) for (const node of hits) lit.add(node);
    const all = !centre && !hits;
    for (const node of nodes) {
      const here = node.edges.some(spoken) || !code;
      node.g.classList.toggle("dim", !here || (!all && !lit.has(node)));
      node.g.classList.toggle("on", node === centre || (!centre && hits !== null && hits.has(node)));
    }
    for (const edge of edges) {
      const a = nodes[edge.source], b = nodes[edge.target];
      const on = spoken(edge) && centre !== null && (a === centre || b === centre);
      const off = !spoken(edge) || (!all && !on && !(centre === null && lit.has(a) && lit.has(b)));
      for (const element of [edge.path, edge.text]) {
        element.classList.toggle("on", on);
        element.classList.toggle("dim", off);
      }
    }
    const [n, m] = data.left_out;
    count.textContent = `${nodes.length} nodes, ${edges.length} relations` +
      (n || m ? ` (${n} nodes and ${m} relations left out)` : "") +
      (hits ? `; ${hits.size} found` : "");
  };

  const choose = (node) => {
    chosen = node;
    tell();
    paint();
    if (node) bring(node);
  };
  const tell = () => {
    side.replaceChildren();
    if (!chosen) {
      const hits = found();
      html("h2", hits ? "Found" : "Most relations", side);
      const list = html("ul", "", side);
      const many = [...(hits || nodes)].filter((node) => !node.implied).sort((a, b) => b.edges.length - a.edges.length);
      for (const node of many.slice(0, 60)) {
        const button = html("button", `${node.label} (${node.edges.length})`, html("li", "", list), { type: "button", dir: "auto" });
        button.addEventListener("click", () => choose(node));
      }
      if (many.length > 60) html("p", `… and ${many.length - 60} more`, side, { class: "faint" });
      if (!many.length) html("p", "Nothing.", side, { class: "none" });
      return;
    }
    html("h2", named(chosen), side, { dir: "auto" });
    html("p", `${chosen.mentions} mentions` + (chosen.languages ? `, ${chosen.languages}` : ""), side, { class: "faint" });
    const back = html("button", "Back to all (Esc)", side, { type: "button" });
    back.addEventListener("click", () => choose(null));
    const list = html("ul", "", side);
    for (const edge of chosen.edges) {
      const item = html("li", "", list);
      const other = nodes[edge.source === chosen.id ? edge.target : edge.source];
      const fact = `${named(nodes[edge.source])} · ${said(edge)} · ${named(nodes[edge.target])}`;
      const button = html("button", fact, item, { type: "button", dir: "auto" });
      button.addEventListener("click", () => choose(other));
      const score = edge.score === undefined ? "" : `, score ${edge.score.toFixed(2)}`;
      html("div", edge.sentence, item, { dir: "auto", class: "faint" });
      html("div", `${edge.document}: ${edge.start}–${edge.end}, ${edge.language || "?"}${score}`, item, { class: "faint", dir: "ltr" });
    }
  };

  // Hands and keys.
  let grip = null;
  const at = (event) => { const box = size(); return [event.clientX - box.left, event.clientY - box.top]; };
  svg.addEventListener("pointerdown", (event) => {
    const g = event.target.closest(".node");
    const node = g ? nodes.find((one) => one.g === g) : null;
    grip = { node, from: at(event), moved: false };
    if (node) node.held = true;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const [x, y] = at(event), dx = x - grip.from[0], dy = y - grip.from[1];
    if (Math.abs(dx) + Math.abs(dy) > 3) grip.moved = true;
    if (!grip.moved) return;
    grip.from = [x, y];
    if (grip.node) {
      grip.node.x += dx / view.scale; grip.node.y += dy / view.scale;
      if (grip.node.component.length <= 400) tick(grip.node.component, 0.25, 0);
      place();
    } else { view.x += dx; view.y += dy; show(); }
  });
  const release = () => {
    if (!grip) return;
    const { node, moved } = grip;
    grip = null;
    if (node) node.held = false;
    if (!moved) choose(node);
  };
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", () => { if (grip && grip.node) grip.node.held = false; grip = null; });
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.0015), ...at(event));
  }, { passive: false });
  for (const node of nodes) {
    const point = (value) => () => { if (!grip) { pointed = value; paint(); } };
    node.g.addEventListener("pointerenter", point(node));
    node.g.addEventListener("pointerleave", point(null));
    node.g.addEventListener("focus", () => { bring(node); pointed = node; paint(); });
    node.g.addEventListener("blur", point(null));
    node.g.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(node); }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { pointed = null; search.value = ""; choose(null); return; }
    if (event.target.closest("input, select, #side")) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); return; }
    const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (steps[event.key]) { event.preventDefault(); view.x += steps[event.key][0]; view.y += steps[event.key][1]; show(); }
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
  });
  search.addEventListener("input", () => { chosen = null; tell(); paint(); });
  search.addEventListener("keydown", (event) => {
    const hits = found();
    if (event.key === "Enter" && hits && hits.size) choose([...hits].sort((a, b) => b.edges.length - a.edges.length)[0]);
  });
  language.addEventListener("change", paint);
  document.getElementById("in").addEventListener("click", () => zoom(1.25));
  document.getElementById("out").addEventListener("click", () => zoom(0.8));
  document.getElementById("fit").addEventListener("click", fit);
  window.addEventListener("resize", fit);

  place();
  fit();
  tell();
  paint();
})();
