// The description of the API (openapi.json), to read and to try.

import { byId, make } from "./dom.js";

start();

async function start() {
  try {
    const response = await fetch("openapi.json");
    if (!response.ok) throw new Error(`openapi.json: ${response.status}`);
    show(await response.json());
  } catch (error) {
    byId("error").hidden = false;
    byId("error").textContent = String(error);
  }
}

function show(api) {
  byId("about").append(withCode(`${api.info.title} ${api.info.version}. ${api.info.description}`));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, route] of Object.entries(methods)) {
      byId("routes").append(routeBlock(api, method, path, route));
    }
  }
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    byId("schemas").append(schemaBlock(name, schema));
  }
}

function routeBlock(api, method, path, route) {
  const body = route.requestBody?.content["application/json"].schema;
  const title = make("h3", {}, make("span", { class: "method" }, method.toUpperCase()), make("code", {}, path));
  const block = make("div", { class: "route" }, title, make("p", {}, withCode(route.description ?? "")));
  if (body) block.append(make("p", {}, "Body: ", typeOf(body)));
  const replies = make("dl");
  for (const [status, reply] of Object.entries(route.responses)) {
    const kinds = Object.entries(reply.content ?? {});
    const said = kinds.map(([kind, { schema }]) => (schema ? typeOf(schema) : kind));
    const cell = make("dd", {}, `${reply.description} `);
    said.forEach((one, i) => cell.append(i ? ", " : "", one));
    replies.append(make("dt", {}, status), cell);
  }
  block.append(make("details", {}, make("summary", {}, "Answers"), replies));
  block.append(tryIt(api, method, path, body));
  return block;
}

function tryIt(api, method, path, body) {
  const form = make("form", { class: "try" });
  const fields = [];
  const field = (label, element) => {
    element.id = `f-${method}-${path.replace(/\W/g, "-")}-${fields.length}`;
    form.append(make("label", { for: element.id }, label), element);
    fields.push(element);
  };
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
  for (const name of names) {
    const input = make("input", { type: "text", value: "json" });
    field(name === "name" ? "Format" : name, input);
  }
  if (body) {
    const area = make("textarea", { rows: 3, spellcheck: "false", dir: "auto" });
    area.value = JSON.stringify(exampleOf(api, body), null, 1);
    field("Body", area);
  }
  const answer = make("pre", { hidden: "", tabindex: "0", "aria-label": "Answer" });
  const state = make("p", { role: "status", class: "hint" });
  form.append(make("p", {}, make("button", { type: "submit" }, "Send")), state, answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    state.textContent = "…";
    let address = path.slice(1);
    names.forEach((name, i) => {
      address = address.replace(`{${name}}`, encodeURIComponent(fields[i].value));
    });
    const options = { method: method.toUpperCase() };
    if (body) {
      options.body = fields.at(-1).value;
      options.headers = { "content-type": "application/json" };
    }
    try {
      const response = await fetch(address, options);
      const content = await response.text();
      state.textContent = `${response.status} ${response.statusText}`;
      answer.hidden = false;
      answer.textContent = pretty(content).slice(0, 20_000);
    } catch (error) {
      state.textContent = String(error);
    }
  });
  return make("details", {}, make("summary", {}, "Try it"), form);
}

function schemaBlock(name, schema) {
  const block = make("details", { id: `schema-${name}` }, make("summary", {}, make("code", {}, name)));
  block.append(make("p", {}, withCode(schema.description ?? "")));
  const needed = new Set(schema.required ?? []);
  const list = make("dl");
  for (const [field, kind] of Object.entries(schema.properties ?? {})) {
    const cell = make("dd", {}, typeOf(kind));
    if (needed.has(field)) cell.append(", required");
    if (kind.default !== undefined && kind.default !== null) cell.append(`, by default ${kind.default}`);
    if (kind.description) cell.append(". ", withCode(kind.description));
    list.append(make("dt", {}, field), cell);
  }
  block.append(list);
  return block;
}

function typeOf(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    const link = make("a", { href: `#schema-${name}` }, name);
    link.addEventListener("click", () => {
      byId(`schema-${name}`).open = true;
    });
    return link;
  }
  if (schema.anyOf) return joined(schema.anyOf.map(typeOf), " or ");
  if (schema.prefixItems) return joined(["[", joined(schema.prefixItems.map(typeOf), ", "), "]"], "");
  if (schema.type === "array") return joined(["list of ", typeOf(schema.items ?? {})], "");
  if (schema.additionalProperties) return joined(["object of ", typeOf(schema.additionalProperties)], "");
  return make("span", {}, schema.type ?? "anything");
}

// What stands between backticks is code.
function withCode(text) {
  const parts = text.split("`");
  return joined(parts.map((part, i) => (i % 2 ? make("code", {}, part) : part)), "");
}

function joined(parts, between) {
  const whole = make("span");
  parts.forEach((part, i) => whole.append(i ? between : "", part));
  return whole;
}

function exampleOf(api, schema) {
  const named = schema.$ref ? api.components.schemas[schema.$ref.split("/").at(-1)] : schema;
  return named.examples?.[0] ?? {};
}

function pretty(content) {
  try {
    return JSON.stringify(JSON.parse(content), null, 1);
  } catch {
    return content;
  }
}
