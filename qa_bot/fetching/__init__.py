"""Articles by address: pages, sitemaps and feeds, politely and never from the own network."""
