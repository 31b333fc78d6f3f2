// Creates the shop's SQLite file: tax, shipping and payment, the catalogue of products.csv, and two stock locations.
const fs = require('node:fs');
const path = require('node:path');
const { parse } = require('csv-parse/sync');
const { populate } = require('@vendure/core/cli');
const {
    ChannelService,
    CollectionService,
    ConfigService,
    JobQueueService,
    ProductService,
    ProductVariantService,
    RequestContextService,
    StockLocationService,
    TransactionalConnection,
    User,
    bootstrap,
} = require('@vendure/core');
const { config } = require('./config');

const catalogue = path.join(__dirname, 'products.csv');
const collection = (name, parentName, facetValueNames) => ({
    name,
    slug: name.toLowerCase(),
    parentName,
    filters: [{ code: 'facet-value-filter', args: { facetValueNames, containsAny: true } }],
    inheritFilters: false,
});
const initialData = {
    defaultLanguage: 'en',
    defaultZone: 'Americas',
    countries: [{ name: 'United States of America', code: 'US', zone: 'Americas' }],
    // Prices are stated without tax, and differ from those with tax, so that the two cannot be mistaken for each other.
    taxRates: [{ name: 'Standard Tax', percentage: 20 }],
    shippingMethods: [{ name: 'Standard Shipping', price: 500 }],
    paymentMethods: [
        {
            name: 'Invoice',
            handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] },
        },
    ],
    collections: [
        collection('Outdoor', undefined, ['brand:Northfell', 'brand:Emberline']),
        collection('Footwear', 'Outdoor', ['season:Winter']),
        collection('Clothing', undefined, ['material:Cotton', 'material:Wool']),
    ],
};

async function superadminContext(app) {
    const user = await app
        .get(TransactionalConnection)
        .rawConnection.getRepository(User)
        .findOneByOrFail({ identifier: config.authOptions.superadminCredentials.identifier });
    const channel = await app.get(ChannelService).getDefaultChannel();
    return app.get(RequestContextService).create({ apiType: 'admin', user, channelOrToken: channel });
}

async function stockTwoLocations(app, ctx) {
    const locations = app.get(StockLocationService);
    const first = await locations.defaultStockLocation(ctx);
    await locations.update(ctx, { id: first.id, name: 'Main Warehouse', description: 'Ships most orders' });
    const west = await locations.create(ctx, { name: 'West Store', description: '' });

    const rows = parse(fs.readFileSync(catalogue), { columns: true });
    const { items } = await app.get(ProductVariantService).findAll(ctx, { take: 1000 });
    const variants = new Map(items.map(variant => [variant.sku, variant]));
    for (const row of rows) {
        const variant = variants.get(row.sku);
        await app.get(ProductVariantService).update(ctx, [
            {
                id: variant.id,
                enabled: row.enabled === 'true',
                stockLevels: [{ stockLocationId: west.id, stockOnHand: Number(row.stockWest) }],
            },
        ]);
        if (row.slug && row.enabled !== 'true') {
            await app.get(ProductService).update(ctx, { id: variant.productId, enabled: false });
        }
    }
}

async function finishJobs(app, ctx) {
    await app.get(JobQueueService).start();
    await app.get(CollectionService).triggerApplyFiltersJob(ctx);
    const { jobQueueStrategy } = app.get(ConfigService).jobQueueOptions;
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
        const open = await jobQueueStrategy.findMany({ filter: { isSettled: { eq: false } }, take: 1 });
        if (open.totalItems === 0) return;
        await new Promise(resolve => setTimeout(resolve, 200));
    }
    throw new Error('Vendure did not finish its jobs within a minute');
}

async function main() {
    const app = await populate(() => bootstrap(config), initialData, catalogue);
    const ctx = await superadminContext(app);
    await stockTwoLocations(app, ctx);
    await finishJobs(app, ctx);
    await app.close();
}

main().then(
    () => process.exit(0),
    error => {
        console.error(error);
        process.exit(1);
    },
);
