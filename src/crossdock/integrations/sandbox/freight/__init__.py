"""The freight forwarder of the sandbox: the vendor's shapes and what they mean in ours."""
