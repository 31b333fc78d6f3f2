// Settings shared by populate.js and server.js. Everything that differs between runs comes from the environment.
const fs = require('node:fs');
const path = require('node:path');
const {
    DefaultJobQueuePlugin,
    DefaultLogger,
    DefaultSearchPlugin,
    LogLevel,
    dummyPaymentHandler,
} = require('@vendure/core');

const database = process.env.VENDURE_DATABASE;
const username = process.env.VENDURE_USERNAME;
const password = process.env.VENDURE_PASSWORD;
const port = Number(process.env.VENDURE_PORT);
if (!database || !username || !password || !Number.isInteger(port)) {
    throw new Error('VENDURE_DATABASE, VENDURE_USERNAME, VENDURE_PASSWORD and VENDURE_PORT must be set');
}

const assetFolder = path.join(__dirname, 'assets');

// Vendure's own asset server needs a native image library. The few pictures here lie in one folder, are served as they
// are, and are their own preview.
class FolderAssetStorage {
    async writeFileFromBuffer(fileName) {
        return path.basename(fileName);
    }
    async writeFileFromStream(fileName, stream) {
        for await (const chunk of stream) void chunk;
        return path.basename(fileName);
    }
    async readFileToBuffer(identifier) {
        return fs.promises.readFile(path.join(assetFolder, identifier));
    }
    async readFileToStream(identifier) {
        return fs.createReadStream(path.join(assetFolder, identifier));
    }
    async deleteFile() {}
    async fileExists() {
        return false;
    }
    toAbsoluteUrl(request, identifier) {
        return `${request.protocol}://${request.get('host')}/assets/${identifier}`;
    }
}

class PictureIsItsOwnPreview {
    async generatePreviewImage(ctx, mimeType, data) {
        return data;
    }
}

exports.assetFolder = assetFolder;
exports.config = {
    apiOptions: { hostname: '127.0.0.1', port },
    authOptions: {
        tokenMethod: ['bearer', 'cookie'],
        superadminCredentials: { identifier: username, password },
        cookieOptions: { secret: password },
    },
    dbConnectionOptions: { type: 'better-sqlite3', database, synchronize: true, logging: false },
    logger: new DefaultLogger({ level: LogLevel.Warn }),
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    importExportOptions: { importAssetsDir: assetFolder },
    assetOptions: {
        assetNamingStrategy: {
            generateSourceFileName: (ctx, originalFileName) => originalFileName,
            generatePreviewFileName: (ctx, sourceFileName) => sourceFileName,
        },
        assetStorageStrategy: new FolderAssetStorage(),
        assetPreviewStrategy: new PictureIsItsOwnPreview(),
    },
    plugins: [DefaultJobQueuePlugin.init({ pollInterval: 100 }), DefaultSearchPlugin],
};
