/* What the screens of the connect window are built from. Elements are made one by one, never from strings of markup. */

const SHAPES = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  tick: "M5 13l4.5 4.5L19 7",
  cross: "M7 7l10 10M17 7L7 17",
  ask: "M9 9.5a3 3 0 1 1 4 2.8c-.8.4-1 .9-1 1.7M12 17.5v.1",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  undo: "M4 9h10a6 6 0 0 1 0 12h-3M4 9l4-4M4 9l4 4",
  next: "M9 5l7 7-7 7",
  warn: "M12 4l9 16H3zM12 10v4.5M12 17.2v.1",
  link: "M9.5 14.5l5-5M8 11l-2.2 2.2a3.5 3.5 0 0 0 5 5L13 16M16 13l2.2-2.2a3.5 3.5 0 0 0-5-5L11 8",
};

export const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
};

export const h = (tag, facts = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

export const button = (text, action, facts = {}) => h("button", { class: "button", type: "button", onclick: action, ...facts }, text);
export const plain = (text, action) => button(text, action, { class: "button plain" });
export const mark = (kind, shape) => h("span", { class: `mark ${kind}`, "aria-hidden": "true" }, icon(shape));
export const centred = (...parts) => [h("div", { class: "centred" }, ...parts)];

export const point = (shape, title, text) =>
  h("li", {}, h("span", { class: "sign", "aria-hidden": "true" }, icon(shape)), h("div", {}, h("strong", {}, title), h("span", {}, text)));

const SAID = { granted: "Allowed", missing: "Not allowed", unknown: "Not known" };
const SIGNS = { granted: "tick", missing: "cross", unknown: "ask" };
const ORDER = { missing: 0, unknown: 2, granted: 1 };

const row = (item) => {
  const content = [
    h("span", { class: `dot ${item.outcome}`, "aria-hidden": "true" }, icon(SIGNS[item.outcome])),
    h("span", { class: "what" }, item.label),
    h("span", { class: "said" }, SAID[item.outcome]),
  ];
  if (!item.reason) return h("li", { "data-outcome": item.outcome }, h("div", { class: "row" }, ...content));
  return h("li", { "data-outcome": item.outcome }, h("details", {}, h("summary", {}, ...content), h("p", { class: "reason" }, item.reason)));
};

export const rowsOf = (rows) => h("ul", { class: "rows" }, ...[...rows].sort((a, b) => ORDER[a.outcome] - ORDER[b.outcome]).map(row));
