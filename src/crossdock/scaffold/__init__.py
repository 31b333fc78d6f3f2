"""Writes the folder of a new integration: `make new NAME=acme TYPE=wms`.

What it writes is a beginning that type checks and whose tests fail: the contract suite asks for recorded exchanges, and
the folder's own tests ask for the facts that only a person can know.
"""
