"""The log of API calls: noted on the side, searched by their organization, forgotten after a while."""
