import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Plugin } from 'vite'

const GENERATED = /\/src\/gql\/graphql\.ts$/
const DOCUMENT = /new TypedDocumentString\(`(\s*(?:query|mutation|subscription)\b[^`]*)`/g

/**
 * Puts the identifier of each generated operation in the place of its text, and tells the server in `manifest`
 * which text each identifier stands for: in production it runs no others.
 */
export function trustedDocuments(manifest: string): Plugin {
  const texts: Record<string, string> = {}
  return {
    name: 'sanwei:trusted-documents',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!GENERATED.test(id)) return
      return code.replace(DOCUMENT, (_, text: string) => {
        if (text.includes('\\')) this.error(`a document with an escape in it: ${text}`)
        const identifier = `sha256:${createHash('sha256').update(text).digest('hex')}`
        texts[identifier] = text
        return `new TypedDocumentString('${identifier}'`
      })
    },
    writeBundle() {
      mkdirSync(dirname(manifest), { recursive: true })
      writeFileSync(manifest, JSON.stringify(texts, null, 1))
    },
  }
}
