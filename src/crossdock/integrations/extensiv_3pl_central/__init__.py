"""Extensiv 3PL Warehouse Manager, formerly 3PL Central, by its REST API: https://3w.extensiv.com/Rels/"""

from crossdock.integrations.extensiv_3pl_central.adapter import Extensiv as Extensiv
