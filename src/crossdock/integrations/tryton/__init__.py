"""Tryton, open-source business software: https://docs.tryton.org/latest/"""

from crossdock.integrations.tryton.adapter import Tryton as Tryton
