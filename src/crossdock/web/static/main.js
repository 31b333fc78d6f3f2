/* The script of a page with a connect button. It shows our own page in a frame and passes messages; what a customer types
   never reaches the page around it. No markup is made from strings and no style is written as text, so a content security
   policy that allows this script's origin for scripts and frames is enough. */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || !script.src) {
    console.error("Crossdock: load main.js with a script element.");
    return;
  }
  const base = new URL(".", script.src);
  const PATIENCE = 20000;
  const SILENCE = 1500;
  const OPTIONS = [
    "integrationType",
    "integrationAllowList",
    "integrationBlockList",
    "integrationsWithEndpoints",
    "disabledFunctions",
    "sandbox",
    "logo",
  ];

  const style = (element, rules) => {
    for (const [name, value] of Object.entries(rules)) element.style.setProperty(name, value);
    return element;
  };

  const call = (config, name, ...values) => {
    if (typeof config[name] === "function") return config[name](...values);
    return undefined;
  };

  /* One button: its settings, and the window that is open for it. */
  class Button {
    constructor() {
      this.state = { isLoaded: false };
      this.config = null;
      this.shown = null;
      // A page may hand these on without their object.
      this.init = this.init.bind(this);
      this.open = this.open.bind(this);
      this.close = this.close.bind(this);
    }

    init(config = {}) {
      const id = config.buttonId;
      if (id !== undefined && id !== null && id !== "") {
        const name = "Trackstar" + id;
        if (!(window[name] instanceof Button)) window[name] = new Button();
        window[name].settle(config);
      } else {
        this.settle(config);
      }
    }

    settle(config) {
      this.config = config;
      if (this.state.isLoaded) return;
      this.state.isLoaded = true;
      // After init has returned, as a page expects of something that loads.
      Promise.resolve().then(() => call(this.config, "onLoad"));
    }

    open(choice) {
      if (!this.config) {
        console.error("Trackstar has not been loaded, did you call Trackstar.init()?");
        return;
      }
      if (!this.shown) this.shown = new Shown(this, choice && choice.integrationId);
    }

    close() {
      if (this.shown) this.shown.end();
    }
  }

  /* The window while it is open. */
  class Shown {
    constructor(button, integrationId) {
      this.button = button;
      this.integrationId = integrationId;
      this.hear = this.hear.bind(this);
      this.dialog = style(document.createElement("dialog"), {
        position: "fixed", inset: "0", width: "100vw", height: "100dvh", "max-width": "none", "max-height": "none",
        margin: "0", padding: "0", border: "0", "box-sizing": "border-box", overflow: "hidden",
        background: "rgb(12 18 28 / 55%)", "z-index": "2147483647",
      });
      this.dialog.setAttribute("aria-label", "Connect a system");
      this.frame = style(document.createElement("iframe"), {
        position: "absolute", inset: "0", margin: "auto", border: "0", display: "block", background: "transparent",
        "color-scheme": "normal", "box-shadow": "0 24px 64px rgb(8 12 20 / 35%)",
      });
      this.frame.title = "Connect a system";
      this.frame.allow = "";
      this.frame.addEventListener("load", () => {
        // The page inside speaks before it has loaded; a refused one never does.
        if (this.waiting) this.wait(SILENCE);
      });
      this.frame.src = new URL("link/modal", base).href;
      this.narrow = window.matchMedia("(max-width: 540px)");
      this.size = this.size.bind(this);
      this.size();
      this.narrow.addEventListener("change", this.size);
      window.addEventListener("message", this.hear);
      // Escape asks the page inside, which may be in the middle of something.
      this.dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        this.end();
      });
      this.dialog.append(this.frame);
      document.body.append(this.dialog);
      this.dialog.showModal();
      this.scroll = document.documentElement.style.overflow;
      document.documentElement.style.overflow = "hidden";
      this.wait(PATIENCE);
    }

    wait(milliseconds) {
      window.clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => this.giveUp(), milliseconds);
    }

    size() {
      style(
        this.frame,
        this.narrow.matches
          ? { width: "100%", height: "100%", "border-radius": "0" }
          : { width: "min(460px, 100%)", height: "min(720px, calc(100dvh - 32px))", "border-radius": "18px" },
      );
    }

    giveUp() {
      console.error(
        `Crossdock: the connect window did not load. Is ${location.origin} one of CROSSDOCK_LINK_ORIGINS of ${base.host}?`,
      );
      this.end();
    }

    hear(event) {
      if (event.origin !== base.origin || event.source !== this.frame.contentWindow) return;
      const said = event.data && event.data.crossdock;
      if (said === "ready") this.start();
      else if (said === "connected") {
        const close = () => this.button.close();
        call(this.button.config, "onSuccess", event.data.authCode, event.data.integrationName, close);
      } else if (said === "close") this.end();
    }

    tell(message) {
      this.frame.contentWindow.postMessage(message, base.origin);
    }

    async start() {
      window.clearTimeout(this.waiting);
      this.waiting = null;
      this.frame.focus();
      const config = this.button.config;
      const options = {};
      for (const name of OPTIONS) if (config[name] !== undefined && config[name] !== null) options[name] = config[name];
      if (this.integrationId) options.integrationId = this.integrationId;
      let linkToken;
      try {
        linkToken = await call(config, "getLinkToken");
        if (typeof linkToken !== "string" || !linkToken) throw new Error("getLinkToken gave no token");
      } catch (error) {
        console.error("Crossdock: getLinkToken failed.", error);
        if (this.button.shown === this) this.tell({ crossdock: "tokenFailed" });
        return;
      }
      if (this.button.shown === this) this.tell({ crossdock: "start", linkToken, options });
    }

    end() {
      if (this.button.shown !== this) return;
      this.button.shown = null;
      window.clearTimeout(this.waiting);
      window.removeEventListener("message", this.hear);
      this.narrow.removeEventListener("change", this.size);
      document.documentElement.style.overflow = this.scroll;
      this.dialog.close();
      this.dialog.remove();
      call(this.button.config, "onClose");
    }
  }

  // A page may load the script twice; buttons that were set up stay.
  if (!window.Trackstar || typeof window.Trackstar.init !== "function") window.Trackstar = new Button();
})();
