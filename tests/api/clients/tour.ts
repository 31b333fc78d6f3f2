// The tour with TypeScript types made of the document: ADDRESS KEY TOKEN. Compiled strictly, then run.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Order = components["schemas"]["WmsOrderApiItemSchema"];

const [address, key, token] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl: address });
const header = { "x-trackstar-api-key": key, "x-trackstar-access-token": token };

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function everyOrder(filters: Record<string, string>): Promise<Order[]> {
  const found: Order[] = [];
  let page_token: string | null = null;
  do {
    const query: Record<string, string | number> = { limit: 30, ...filters, ...(page_token ? { page_token } : {}) };
    const { data, error } = await client.GET("/wms/orders", { params: { header, query } });
    if (data === undefined) throw new Error(JSON.stringify(error));
    found.push(...data.data);
    page_token = data.next_token;
  } while (page_token !== null);
  return found;
}

const orders = await everyOrder({});
check(orders.length >= 100, "every order is listed");
check(new Set(orders.map((order) => order.id)).size === orders.length, "each of them once");

const fulfilled = await everyOrder({ status: "fulfilled" });
check(fulfilled.length > 0 && fulfilled.every((order) => order.status === "fulfilled"), "a filter selects");

const products = await client.GET("/wms/products", { params: { header } });
const product = products.data?.data.find((item) => !item.is_kit && item.active);
if (product === undefined) throw new Error("no product");
const made = await client.POST("/wms/orders", {
  params: { header },
  body: { line_items: [{ product_id: product.id, quantity: 1 }], order_number: "generated-typescript" },
});
if (made.data === undefined) throw new Error(JSON.stringify(made.error));
const order_id = made.data.id;

await client.PUT("/wms/orders/{order_id}/trackstar-tags", {
  params: { header, path: { order_id } },
  body: { trackstar_tags: ["typed", { made: "here" }] },
});
const tagged = await everyOrder({ "trackstar_tags[contains]": "typed,made:here" });
check(tagged.length === 1 && tagged[0]?.id === order_id, "the tag finds it");

const cancelled = await client.PUT("/wms/orders/{order_id}/cancel", { params: { header, path: { order_id } } });
check(cancelled.data?.data.status === "cancelled", "it is cancelled");
console.log("the tour is complete");
