// Runs the shop until standard input closes, so that it never outlives the process that started it.
const express = require('express');
const { JobQueueService, bootstrap } = require('@vendure/core');
const { assetFolder, config } = require('./config');

config.apiOptions.middleware = [{ route: 'assets', handler: express.static(assetFolder) }];

bootstrap(config)
    .then(async app => {
        process.stdin.resume().on('end', async () => {
            await app.close();
            process.exit(0);
        });
        await app.get(JobQueueService).start();
    })
    .catch(error => {
        console.error(error);
        process.exit(1);
    });
