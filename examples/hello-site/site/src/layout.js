import { escape } from './render.js'

/** The page around the content. `version` shows which commit a visitor looks at. */
export function layout({ title, body, version }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main>
${body}
</main>
<footer>built from <code>${escape(version)}</code></footer>
</body>
</html>
`
}
