/* The small window that visits a system's own page: on its way out, and when it is back. */
(() => {
  "use strict";
  const own = location.origin;
  const opener = window.opener;
  const mode = document.body.dataset.mode;
  const text = document.getElementById("text");
  const tell = (message) => {
    if (opener) opener.postMessage(message, own);
  };

  const leave = async (body) => {
    // Asked from here, so that the cookie is kept for this window and not for a frame in a stranger's page.
    const answer = await fetch(new URL("../depart", location.href), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (answer.ok) {
      location.replace(said.authorize_url);
      return;
    }
    tell({ crossdock: "refused", said });
    window.close();
    text.textContent = said.error;
  };

  if (mode === "start") {
    window.addEventListener("message", (event) => {
      if (event.source !== opener || event.origin !== own || event.data.crossdock !== "depart") return;
      leave(event.data.body).catch((error) => {
        text.textContent = "The server cannot be reached. Close this window and try again.";
        console.error("Crossdock:", error);
      });
    });
    if (opener) tell({ crossdock: "departing" });
    else text.textContent = "Close this window and begin where you came from.";
  } else {
    // Codes of the system stay in no history.
    history.replaceState(null, "", location.pathname);
    tell({ crossdock: "returned" });
    if (mode === "done") window.close();
  }
})();
