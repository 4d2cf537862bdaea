import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Puts the icon symbols into the page itself: `<use href="#camera"/>` draws without a further request. */
export function sprite(): Plugin {
  const symbols = readFileSync(new URL('./sprite.svg', import.meta.url), 'utf8')
    .replace(/<!--.*?-->|\n/gs, '')
    .replace('<svg xmlns="http://www.w3.org/2000/svg">', '<svg class="vh" aria-hidden="true" focusable="false">')
  return {
    name: 'sanwei:sprite',
    transformIndexHtml: (html) => html.replace('</body>', `${symbols}</body>`),
  }
}
