/* What the connect window asks the server. No cookie goes along. */

export const root = new URL("../../", import.meta.url);

/* A call to the server. It never throws: a server that cannot be reached is an answer too. */
export const ask = async (path, body) => {
  try {
    const answer = await fetch(new URL(path, root), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
    });
    return { ok: answer.ok, status: answer.status, said: await answer.json() };
  } catch (error) {
    console.error("Crossdock:", error);
    return { ok: false, status: 0, said: { error: "The server cannot be reached. Check your connection and try again." } };
  }
};

/* A refusal in words for the customer. */
export const explain = ({ status, said }) => {
  if (status === 429) return "Too many attempts. Wait a minute, then try again.";
  if (status >= 500 && said.origin !== "integration") return "Something went wrong on our side. Try again in a moment.";
  const detail = said.detail ? Object.values(said.detail).flatMap((fields) => Object.entries(fields)) : [];
  return detail.length ? detail.map(([field, texts]) => `${field}: ${texts.join(" ")}`).join(" ") : said.error;
};
