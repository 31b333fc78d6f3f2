"""Amazon's marketplaces, by the Selling Partner API: https://developer-docs.amazon.com/sp-api/"""

from crossdock.integrations.amazon.adapter import Amazon as Amazon
