/* The connect window. What is typed here goes to this server and nowhere else: nothing is stored in the browser, and the
   page around the window learns only an auth code. */
import { ask, explain, root } from "./calls.js";
import { complain, fieldOf } from "./fields.js";
import { button, centred, h, icon, mark, plain, point, rowsOf } from "./parts.js";

const card = document.getElementById("card");
const { mode, magic } = document.body.dataset;
const framed = mode === "frame";
const POLL = 1500;

const state = {
  host: null, // the origin of the page around the window, once it has spoken
  linkToken: null,
  options: {},
  session: null,
  system: null,
  typed: {},
  rows: [],
  turn: 0, // what was begun before the customer went elsewhere must not come back
};

const announcer = h("div", { class: "hidden", role: "status", "aria-live": "polite" });

/* Shows a screen. Its heading takes the focus, so that a screen reader says where the customer is. */
const show = (step, parts, actions, back, kind = "") => {
  const bar = h(
    "header",
    { class: "bar" },
    h("button", { class: "icon", type: "button", "aria-label": "Back", hidden: !back, onclick: back || undefined }, icon("back")),
    h("span", { class: "steps", "aria-hidden": "true" }, ...[1, 2, 3, 4].map((n) => h("i", { class: n <= step ? "done" : "" }))),
    h("button", { class: "icon", type: "button", "aria-label": "Close", hidden: !framed, onclick: close }, icon("close")),
  );
  const foot = actions && actions.length ? h("footer", { class: actions.length > 1 ? "foot two" : "foot" }, ...actions) : null;
  const main = h("main", { class: `screen ${kind}` }, ...parts);
  card.replaceChildren(...[bar, main, foot, announcer].filter(Boolean));
  const heading = main.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    document.title = heading.textContent;
  }
  // Where nothing inside can take the focus, the keyboard scrolls the screen itself.
  if (main.scrollHeight > main.clientHeight) main.tabIndex = 0;
};

// -- talking with the page around the window ----------------------------------------------------------------------

const tell = (message) => {
  if (framed && window.parent !== window) window.parent.postMessage(message, state.host || "*");
};

function close() {
  state.turn += 1;
  tell({ crossdock: "close" });
}

const hear = (event) => {
  if (event.source !== window.parent || (state.host && event.origin !== state.host)) return;
  const said = event.data || {};
  if (said.crossdock === "start") {
    // The browser lets only pages of allowed origins frame this one; from now on only that page is spoken to.
    state.host = event.origin;
    state.linkToken = String(said.linkToken);
    state.options = said.options || {};
    begin();
  } else if (said.crossdock === "tokenFailed") {
    state.host = event.origin;
    failure("The connection could not be started", "The page you came from did not give a sign-in token. Try again, or come back later.");
  }
};

// -- beginning ----------------------------------------------------------------------------------------------------

const restart = async () => {
  state.turn += 1;
  state.typed = {};
  loading();
  if (framed) {
    tell({ crossdock: "ready" });
    return;
  }
  if (mode === "magic") {
    const answer = await ask("link/magic-session", { magic_link_id: magic });
    if (!answer.ok) {
      if (answer.status === 404) location.reload();
      else failure("The connection could not be started", explain(answer));
      return;
    }
    state.linkToken = answer.said.link_token;
  }
  begin();
};

const begin = async () => {
  const wish = state.options;
  const answer = await ask("link/session", {
    link_token: state.linkToken,
    integration_type: wish.integrationType || "wms",
    integration_allow_list: wish.integrationAllowList || [],
    integration_block_list: wish.integrationBlockList || [],
    integrations_with_endpoints: wish.integrationsWithEndpoints || [],
    sandbox: Boolean(wish.sandbox),
    integration_id: wish.integrationId || null,
  });
  if (!answer.ok) {
    failed(answer, "The connection could not be started");
    return;
  }
  state.session = answer.said;
  paint(answer.said.color);
  const chosen = answer.said.integrations.find((item) => item.name === answer.said.chosen);
  state.system = chosen || null;
  if (!answer.said.integrations.length) nothing();
  else if (answer.said.reinstall && chosen) form();
  else welcome();
};

const paint = (color) => {
  if (!color) return;
  const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  document.documentElement.style.setProperty("--brand", color);
  document.documentElement.style.setProperty("--on-brand", 1.05 / (light + 0.05) >= 4.5 ? "#ffffff" : "#10151c");
};

// -- screens ------------------------------------------------------------------------------------------------------

const loading = (text = "One moment, please") =>
  show(0, centred(h("div", { class: "spin", "aria-hidden": "true" }), h("h1", {}, text)), []);

const brandLogo = () => {
  const given = state.options.logo;
  const source = typeof given === "string" && /^(https?:|data:image\/)/.test(given) ? given : state.session.logo;
  if (source) return h("img", { class: "logo wide", src: source, alt: state.session.organization, referrerpolicy: "no-referrer" });
  const letters = state.session.organization.split(/\s+/).slice(0, 2).map((word) => word[0] || "").join("").toUpperCase();
  return h("span", { class: "logo initials", "aria-hidden": "true" }, letters);
};

const systemLogo = (system) => h("img", { src: new URL(system.logo, root).href, alt: "", width: 44, height: 44 });

function welcome() {
  const { organization, system } = state.session;
  const other = state.system
    ? h("img", { class: "logo", src: new URL(state.system.logo, root).href, alt: "" })
    : h("span", { class: "logo initials", "aria-hidden": "true" }, icon("link"));
  show(
    1,
    [
      h("div", { class: "pair" }, brandLogo(), h("span", { class: "dots", "aria-hidden": "true" }), other),
      h("h1", {}, `Connect your ${system} to ${organization}`),
      h("p", {}, "It takes about a minute. You need your sign-in for the system you use."),
      h(
        "ul",
        { class: "points" },
        point("lock", "Your sign-in stays private", "No other page can read what you type. It is kept encrypted."),
        point("eye", "You see what is shared", "Before you finish you see what can be read and what cannot."),
        point("undo", "You can take it back", `Ask ${organization} to disconnect, or withdraw access in your own system.`),
      ),
    ],
    [button("Continue", () => (state.system ? form() : picker()))],
    undefined,
    "middle",
  );
  card.querySelector(".foot").prepend(
    h("p", { class: "fine" }, `By continuing you allow ${organization} to read and change data in the system you connect.`),
  );
}

function nothing() {
  const { organization, system } = state.session;
  show(1, centred(mark("warn", "warn"), h("h1", {}, "There is nothing to choose"), h("p", {}, `No ${system} can be connected here. Tell ${organization} which one you use.`)), framed ? [plain("Close", close)] : []);
}

function picker() {
  state.turn += 1;
  state.system = null;
  const { integrations, system } = state.session;
  const list = h("ul", { class: "systems" });
  const fill = (wanted) => {
    const found = integrations.filter((item) => `${item.display_name} ${item.name}`.toLowerCase().includes(wanted));
    list.replaceChildren(
      ...found.map((item) =>
        h(
          "li",
          {},
          h(
            "button",
            { class: "system", type: "button", "data-system": item.name, onclick: () => { state.system = item; state.typed = {}; form(); } },
            systemLogo(item),
            h("span", {}, h("strong", {}, item.display_name), h("span", {}, item.description)),
            icon("next"),
          ),
        ),
      ),
    );
    if (!found.length) list.append(h("li", {}, h("p", { class: "quiet" }, "Nothing goes by that name. Try fewer letters.")));
    return found.length;
  };
  fill("");
  const search = h("input", {
    type: "search", placeholder: "Search", "aria-label": "Search systems", autocomplete: "off", spellcheck: "false",
    oninput: () => { announcer.textContent = `${fill(search.value.trim().toLowerCase())} found`; },
  });
  show(2, [h("h1", {}, `Choose your ${system}`), h("div", { class: "search" }, search), list], [], welcome);
}

const backFrom = () => (state.session.reinstall ? undefined : state.session.integrations.length > 1 ? picker : welcome);

function form(problem) {
  state.turn += 1;
  const { system, session } = state;
  if (system.problem) {
    show(3, centred(mark("warn", "warn"), h("h1", {}, `${system.display_name} is not ready`), h("p", {}, system.problem)), backFrom() ? [plain("Choose another", backFrom())] : framed ? [plain("Close", close)] : [], backFrom());
    return;
  }
  if (system.method === "none") {
    sandbox(problem);
    return;
  }
  const away = system.method === "oauth";
  const alert = h("div", { class: "note bad", role: "alert", hidden: !problem });
  if (problem) alert.append(h("strong", {}, problem.title), problem.text);
  const again = session.reinstall ? `Sign in to ${system.display_name} again` : `Sign in to ${system.display_name}`;
  const lead = away
    ? `${system.display_name} opens in a window of its own. You sign in there, and choose what to allow.`
    : `Your details go to ${system.display_name} only to check them and to keep your data up to date.`;
  const help = system.help_url
    ? h("p", { class: "quiet" }, h("a", { href: system.help_url, target: "_blank", rel: "noopener noreferrer" }, `Where do I find this? Documentation of ${system.display_name}`))
    : null;
  const fields = system.fields.map((item) => fieldOf(item, state.typed[item.name]));
  const shown = h("form", { id: "sign-in", novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(shown, away); } }, ...fields);
  show(
    3,
    [
      h("div", { class: "head" }, systemLogo(system), h("h1", {}, again)),
      alert,
      h("p", { class: "lead" }, lead),
      shown,
      fields.length ? help : null,
      h("p", { class: "lock" }, icon("lock"), "No other page can read what you type here. It is kept encrypted."),
    ].filter(Boolean),
    [h("button", { class: "button", type: "submit", form: "sign-in" }, away ? `Continue to ${system.display_name}` : "Sign in")],
    backFrom(),
  );
  if (problem) {
    const faulty = problem.fields ? Object.entries(problem.fields) : [];
    for (const [name, texts] of faulty) {
      const input = document.getElementById(`field-${name}`);
      if (input) complain(input, texts.join(" "));
    }
    const first = card.querySelector('[aria-invalid="true"]') || card.querySelector('input[type="password"]');
    if (first) first.focus();
  }
}

/* Nothing has to be typed, but whoever tries out missing permissions has a key that may do less. */
function sandbox(problem) {
  const { system } = state;
  const fields = system.fields.map((item) => fieldOf({ ...item, required: false }, undefined));
  const shown = h("form", { id: "sign-in", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    signIn(typedIn(shown));
  } }, h("details", { open: Boolean(problem) }, h("summary", {}, "Use a key of your own"), ...fields));
  const alert = problem ? h("div", { class: "note bad", role: "alert" }, h("strong", {}, problem.title), problem.text) : null;
  show(
    3,
    [
      h("div", { class: "head" }, systemLogo(system), h("h1", {}, `Connect ${system.display_name}`)),
      alert,
      h("p", { class: "lead" }, "A sandbox is a system to try things out with. It needs no sign-in, and its data is made up."),
      shown,
    ].filter(Boolean),
    [h("button", { class: "button", type: "submit", form: "sign-in" }, "Connect")],
    backFrom(),
  );
}

const typedIn = (shown) => {
  const credentials = {};
  for (const item of state.system.fields) {
    const input = shown.elements.namedItem(item.name);
    const value = item.secret ? input.value : input.value.trim();
    if (value) credentials[item.name] = value;
  }
  return credentials;
};

const submit = (shown, away) => {
  const credentials = typedIn(shown);
  let first = null;
  for (const item of state.system.fields) {
    if (item.required && !credentials[item.name]) {
      const input = shown.elements.namedItem(item.name);
      complain(input, `${item.label} is needed.`);
      first = first || input;
    }
  }
  if (first) {
    first.focus();
    return;
  }
  state.typed = Object.fromEntries(state.system.fields.filter((item) => !item.secret).map((item) => [item.name, credentials[item.name] || ""]));
  if (away) leave(credentials);
  else signIn(credentials);
};

const request = (credentials) => ({
  link_token: state.linkToken,
  integration_type: state.session.vertical,
  integration_name: state.system.name,
  credentials,
  disabled_functions: state.options.disabledFunctions || [],
});

const signIn = async (credentials) => {
  const turn = (state.turn += 1);
  const name = state.system.display_name;
  loading(`Signing in to ${name}`);
  const answer = await ask("link/sign-in", request(credentials));
  if (turn !== state.turn) return;
  if (answer.ok) check();
  else refused(answer);
};

const refused = (answer) => {
  const name = state.system.display_name;
  const { status, said } = answer;
  if (status === 400 && /link token/.test(said.error || "")) {
    failed(answer, "");
    return;
  }
  const known = new Set(state.system.fields.map((item) => item.name));
  const named = said.detail && said.detail.json ? Object.entries(said.detail.json).filter(([field]) => known.has(field)) : [];
  let title = `${name} could not be connected`;
  let text = explain(answer);
  if (status === 403 && said.origin === "integration") {
    title = `${name} did not accept this sign-in`;
    text = state.system.method === "oauth" ? `${said.error}.` : "Check what you typed and try again.";
  } else if (named.length) {
    text = "Check the fields below.";
  }
  form({ title, text, fields: Object.fromEntries(named) });
};

/* A window of the system's own. It is opened at once, because browsers allow that only in answer to a click. */
const leave = (credentials) => {
  const turn = (state.turn += 1);
  const name = state.system.display_name;
  const popup = window.open(new URL("link/oauth/start", root), "_blank", "popup,width=520,height=720");
  if (!popup) {
    form({ title: "The window could not be opened", text: "Allow pop-up windows for this page, then try again." });
    return;
  }
  let gone = false;
  const stop = () => {
    window.removeEventListener("message", listen);
    window.clearInterval(timer);
  };
  const listen = (event) => {
    if (event.source !== popup || event.origin !== location.origin) return;
    if (event.data.crossdock === "departing") {
      popup.postMessage({ crossdock: "depart", body: request(credentials) }, location.origin);
      gone = true;
    } else if (event.data.crossdock === "refused") {
      stop();
      if (turn === state.turn) refused({ status: 409, said: event.data.said });
    } else if (event.data.crossdock === "returned") look();
  };
  // The system's page may cut the tie between the windows, so the server is asked too.
  const look = async () => {
    if (turn !== state.turn) {
      stop();
      return;
    }
    if (!gone) return;
    const answer = await ask("link/progress", { link_token: state.linkToken });
    if (turn !== state.turn || (!answer.ok && answer.status === 409)) return;
    if (!answer.ok) {
      stop();
      refused(answer);
    } else if (!answer.said.waiting) {
      stop();
      if (!popup.closed) popup.close();
      if (answer.said.problem) form({ title: `${name} was not connected`, text: `${answer.said.problem}.` });
      else check();
    }
  };
  const timer = window.setInterval(look, POLL);
  window.addEventListener("message", listen);
  show(
    3,
    centred(
      h("div", { class: "spin", "aria-hidden": "true" }),
      h("h1", {}, `Sign in at ${name}`),
      h("p", {}, `Go on in the window that has opened. This page follows by itself.`),
    ),
    [plain("Start over", () => { stop(); if (!popup.closed) popup.close(); form(); })],
    () => { stop(); form(); },
  );
};

const check = async () => {
  const turn = (state.turn += 1);
  const name = state.system.display_name;
  show(
    4,
    centred(
      h("div", { class: "spin", "aria-hidden": "true" }),
      h("h1", {}, "Checking permissions"),
      h("p", {}, `${name} is asked what your sign-in may do. Nothing is changed there.`),
    ),
    [],
  );
  const answer = await ask("link/permissions", { link_token: state.linkToken });
  if (turn !== state.turn) return;
  if (!answer.ok) {
    failed(answer, "The permissions could not be checked", check);
    return;
  }
  state.rows = answer.said.permissions;
  if (state.rows.some((item) => item.outcome === "missing")) missing();
  else finish();
};

function missing() {
  const name = state.system.display_name;
  const { organization } = state.session;
  const lacking = state.rows.filter((item) => item.outcome === "missing").length;
  show(
    4,
    [
      mark("warn", "warn"),
      h("h1", {}, "Some permissions are missing"),
      h("p", {}, `${name} does not allow ${lacking} of the ${state.rows.length} things ${organization} would like to do. You can sign in again with more permissions, or connect without them.`),
      rowsOf(state.rows),
    ],
    [plain("Sign in again", () => form()), button("Connect anyway", finish)],
    () => form(),
    "middle",
  );
}

const finish = async () => {
  const turn = (state.turn += 1);
  loading("Finishing");
  const answer = await ask("link/finish", { link_token: state.linkToken });
  if (turn !== state.turn) return;
  if (!answer.ok) {
    failed(answer, "The connection could not be finished");
    return;
  }
  tell({ crossdock: "connected", authCode: answer.said.auth_code, integrationName: answer.said.integration_name });
  success(answer.said.auth_code);
};

function success(code) {
  const name = state.system.display_name;
  const { organization, reinstall } = state.session;
  const lacking = state.rows.some((item) => item.outcome === "missing");
  const title = lacking ? `${name} is connected, with missing permissions` : `${name} is connected`;
  const text = reinstall
    ? `${organization} works with the new sign-in from now on. Everything that was there stays.`
    : `${organization} begins to read your data now. The first time may take a while.`;
  const parts = [mark(lacking ? "warn" : "good", lacking ? "warn" : "tick"), h("h1", {}, title), h("p", {}, text)];
  if (mode === "token") parts.push(h("p", {}, "Hand this code to the application that sent you here. It serves once, within ten minutes."), h("p", { class: "code" }, code));
  if (state.rows.length) parts.push(h("h2", {}, `What ${organization} may do`), rowsOf(state.rows));
  if (!framed) parts.push(h("p", { class: "quiet" }, "You can close this page."));
  show(4, parts, framed ? [button("Finish", close)] : [], undefined, "middle");
}

const failed = (answer, title, again = restart) => {
  const ended = answer.status === 400 && /link token/.test(answer.said.error || "");
  if (ended) failure("This sign-in has ended", "It was open for too long or is finished already. Nothing was changed; begin again.", mode === "token" ? null : restart);
  else failure(title, explain(answer), again);
};

function failure(title, text, again = restart) {
  state.turn += 1;
  const actions = [];
  if (framed) actions.push(plain("Close", close));
  if (again) actions.push(button("Try again", again));
  show(0, centred(mark("bad", "cross"), h("h1", {}, title), h("p", { role: "alert" }, text)), actions);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && framed) close();
});
if (framed) {
  if (window.parent === window) {
    failure("This page belongs into another one", "It is opened by the connect button of an application.", null);
  } else {
    window.addEventListener("message", hear);
    restart();
  }
} else if (mode === "token") {
  state.linkToken = new URLSearchParams(location.search).get("link_token");
  state.options = { integrationType: new URLSearchParams(location.search).get("integration_type") || "wms" };
  // A token in the address would stay in the history.
  history.replaceState(null, "", location.pathname);
  loading();
  begin();
} else {
  restart();
}
