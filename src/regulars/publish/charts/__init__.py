"""Our own small charts: SVG and semantic HTML, whole without a script, each with a table beneath it."""
