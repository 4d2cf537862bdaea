import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Not fetched beforehand: the map's code is large; icons are the launcher's business. */
const MAP = /district-map/
const LATER = /^icons\/|^\.vite\/|\.map$/

/**
 * Writes sw.js: the worker's text, the list of this build's files and a version that is their hash.
 * `map`: whoever is out in the street without network has it too; elsewhere most visits never open one.
 */
export function serviceWorker({ map }: { map: boolean }): Plugin {
  const worker = readFileSync(new URL('./worker.js', import.meta.url), 'utf8')
  return {
    name: 'sanwei:service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = Object.keys(bundle).filter((file) => !LATER.test(file) && (map || !MAP.test(file)))
        const list = ['./', ...files.filter((file) => file !== 'index.html').sort()]
        const digest = createHash('sha256').update(JSON.stringify(list))
        const shell = bundle['index.html']
        if (shell?.type === 'asset') digest.update(shell.source)
        const version = digest.digest('hex').slice(0, 12)
        const source = `const VERSION = '${version}'\nconst FILES = ${JSON.stringify(list)}\n${worker}`
        this.emitFile({ type: 'asset', fileName: 'sw.js', source })
      },
    },
  }
}
