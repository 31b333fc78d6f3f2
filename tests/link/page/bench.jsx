// Buttons as the address describes them: `#[{...}, {...}]`. Each says below itself what was called.
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { TrackstarConnectButton } from "@trackstar/react-trackstar-link";

async function backend(path, body) {
  return (await fetch(path, { method: "POST", body: JSON.stringify(body) })).json();
}

function Button({ name, token, closes, ...config }) {
  const [said, setSaid] = useState([]);
  const note = (text) => setSaid((before) => [...before, text]);
  return (
    <section aria-label={name}>
      <TrackstarConnectButton
        {...config}
        getLinkToken={async () => {
          note("token");
          return (await backend("/api/link-token", token || {})).link_token;
        }}
        onSuccess={async (authCode, integrationName, close) => {
          note(`success ${integrationName}`);
          const found = await backend("/api/connected", { authCode });
          note(`connected ${found.integration} ${found.connection} ${found.records}`);
          if (closes) close();
        }}
        onClose={() => note("closed")}
        onLoad={() => note("loaded")}
      >
        {name}
      </TrackstarConnectButton>
      <ol>
        {said.map((text, place) => (
          <li key={place}>{text}</li>
        ))}
      </ol>
    </section>
  );
}

const buttons = JSON.parse(decodeURIComponent(location.hash.slice(1)));
createRoot(document.getElementById("root")).render(buttons.map((button) => <Button key={button.name} {...button} />));
