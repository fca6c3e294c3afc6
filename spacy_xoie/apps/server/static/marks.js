// Which parts of the page belong to which triple, and which of them are marked now.

export class Marks {
  constructor() {
    this.clear();
  }

  clear() {
    this.parts = new Map();
    this.shown = [];
    this.pinned = null;
  }

  // `name` is the class that an element has while the triple is marked.
  add(triple, element, name = "") {
    if (!this.parts.has(triple)) this.parts.set(triple, []);
    this.parts.get(triple).push([element, name]);
  }

  show(triples) {
    for (const [element, name] of this.shown) {
      element.classList.remove("on");
      if (name) element.classList.remove(name);
    }
    this.shown = triples.flatMap((triple) => this.parts.get(triple) ?? []);
    for (const [element, name] of this.shown) {
      element.classList.add("on");
      if (name) element.classList.add(name);
    }
  }

  rest() {
    this.show(this.pinned === null ? [] : [this.pinned]);
  }

  pin(triple) {
    this.pinned = this.pinned === triple ? null : triple;
    for (const [id, parts] of this.parts) {
      for (const [element] of parts) {
        if (element.matches("button")) {
          element.setAttribute("aria-pressed", String(id === this.pinned));
        }
      }
    }
    this.rest();
  }

  // Follow the pointer and the keyboard within an element.
  follow(root) {
    const enter = (event) => {
      const found = event.target.closest?.("[data-triples]");
      if (found) this.show(found.dataset.triples.split(" "));
      else this.rest();
    };
    root.addEventListener("mouseover", enter);
    root.addEventListener("focusin", enter);
    root.addEventListener("mouseleave", () => this.rest());
    root.addEventListener("focusout", () => this.rest());
    root.addEventListener("click", (event) => {
      const button = event.target.closest?.("button[data-triples]");
      if (button) this.pin(button.dataset.triples);
    });
  }
}
