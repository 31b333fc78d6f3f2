"""The carrier of the sandbox: the vendor's shapes and what they mean in ours."""
