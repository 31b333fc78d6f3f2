"""Vendure, an open-source commerce server with a GraphQL API: https://docs.vendure.io/reference/graphql-api/admin/"""

from crossdock.integrations.vendure.adapter import Vendure as Vendure
