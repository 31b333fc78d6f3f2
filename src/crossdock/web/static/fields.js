/* The fields of a sign-in form. */

import { h } from "./parts.js";

/* One field of the form, with its help and room for what is wrong with it. `typed` is what was typed before. */
export const fieldOf = (item, typed) => {
  const id = `field-${item.name}`;
  let input;
  if (item.choices.length) {
    input = h("select", { id, name: item.name }, ...item.choices.map((value) => h("option", { value }, value)));
  } else {
    input = h("input", {
      id, name: item.name, type: item.secret ? "password" : "text", autocomplete: "off", autocapitalize: "none", autocorrect: "off",
      spellcheck: "false", placeholder: item.example || undefined,
    });
  }
  input.required = item.required;
  if (typed !== undefined && !item.secret) input.value = typed;
  const hint = item.help ? h("p", { class: "hint", id: `${id}-hint` }, item.help) : null;
  const wrong = h("p", { class: "wrong", id: `${id}-wrong`, hidden: true });
  input.setAttribute("aria-describedby", [hint && hint.id, wrong.id].filter(Boolean).join(" "));
  input.addEventListener("input", () => complain(input, ""));
  let control = input;
  if (item.secret) {
    const toggle = h("button", { type: "button", "aria-pressed": "false", "aria-controls": id, "aria-label": `Show ${item.label}`, onclick: () => {
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      toggle.textContent = hidden ? "Hide" : "Show";
      toggle.setAttribute("aria-pressed", String(hidden));
    } }, "Show");
    control = h("div", { class: "secret" }, input, toggle);
  }
  const label = h("label", { for: id }, item.label, item.required ? null : h("small", {}, " (optional)"));
  return h("div", { class: "field" }, label, control, hint, wrong);
};

/* Says what is wrong with a field; an empty text takes it back. */
export const complain = (input, text) => {
  const wrong = document.getElementById(`${input.id}-wrong`);
  wrong.textContent = text;
  wrong.hidden = !text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
};
