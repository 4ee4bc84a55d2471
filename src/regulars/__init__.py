"""Know your regulars: from raw orders to customer segments that you can defend."""
