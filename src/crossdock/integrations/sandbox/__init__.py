"""The sandbox: the small vendor of `crossdock.sandbox`, a system of each kind to try everything on.

It is reached inside this process instead of over the network; apart from that its adapters are like any other.
"""

from crossdock.integrations.sandbox.adapter import CarrierSandbox as CarrierSandbox
from crossdock.integrations.sandbox.adapter import CartSandbox as CartSandbox
from crossdock.integrations.sandbox.adapter import ErpSandbox as ErpSandbox
from crossdock.integrations.sandbox.adapter import FreightSandbox as FreightSandbox
from crossdock.integrations.sandbox.adapter import Sandbox as Sandbox
