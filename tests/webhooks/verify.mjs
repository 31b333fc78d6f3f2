// Verifies messages with the official JavaScript libraries: cases as JSON on standard input, what each library says of
// each on standard output. They come from the folder that the first argument names.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(`${process.argv[2]}/`);
const libraries = {
  svix: require("svix").Webhook,
  standardwebhooks: require("standardwebhooks").Webhook,
};

const verdict = (Webhook, { secret, body, headers }) => {
  try {
    return JSON.stringify(new Webhook(secret).verify(body, headers)) === JSON.stringify(JSON.parse(body))
      ? "accepted"
      : "read otherwise";
  } catch (error) {
    if (error.constructor.name !== "WebhookVerificationError") throw error;
    return "refused";
  }
};

const cases = JSON.parse(readFileSync(0, "utf8"));
const said = Object.entries(libraries).map(([name, Webhook]) => [name, cases.map((one) => verdict(Webhook, one))]);
console.log(JSON.stringify(Object.fromEntries(said)));
