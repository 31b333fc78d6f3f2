"""Shopify, by its Admin API in GraphQL: https://shopify.dev/docs/api/admin-graphql/2026-10"""

from crossdock.integrations.shopify.adapter import Shopify as Shopify
