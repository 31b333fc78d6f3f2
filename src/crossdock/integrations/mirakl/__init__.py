"""Mirakl, the software of marketplaces, by the API for its sellers: https://developer.mirakl.com/"""

from crossdock.integrations.mirakl.adapter import Mirakl as Mirakl
