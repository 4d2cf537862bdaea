import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { trustedDocuments } from './documents.ts'

const GENERATED = `
class TypedDocumentString extends String {}
export const Photo = new TypedDocumentString(\`fragment Photo on Photo { id }\`, {"fragmentName":"Photo"})
export const Me = new TypedDocumentString(\`
    query Me {
  me { id }
}\`)
`
const ME = '\n    query Me {\n  me { id }\n}'
const ME_HASH = 'sha256:d334c4758095de6f792e1d3e0f1f884f414dc667002ea4c8026762f5883de118'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sanwei-documents-'))
})
afterEach(() => rmSync(home, { recursive: true }))

/** Builds one generated file; its code. */
async function built(generated: string): Promise<string> {
  const entry = join(home, 'src/gql/graphql.ts')
  const made = await build({
    configFile: false,
    root: home,
    logLevel: 'silent',
    plugins: [
      { name: 'generated', enforce: 'pre', resolveId: (id) => (id === entry ? id : null), load: () => generated },
      trustedDocuments(join(home, 'documents/officer.json')),
    ],
    build: { lib: { entry, formats: ['es'], fileName: 'app' }, outDir: join(home, 'out'), minify: false },
  })
  if (!Array.isArray(made) || !made[0]) throw new Error('no library was built')
  return made[0].output[0].code
}

test('a build holds identifiers, and its manifest says which texts they stand for', async () => {
  const code = await built(GENERATED)
  expect(code).toContain(ME_HASH)
  expect(code).not.toContain('query Me')
  expect(code).toContain('fragment Photo')
  expect(JSON.parse(readFileSync(join(home, 'documents/officer.json'), 'utf8'))).toEqual({ [ME_HASH]: ME })
})

test('a text that JavaScript would read differently ends the build', async () => {
  await expect(built(GENERATED.replace('id }\n}', 'id(a: "\\\\n") }\n}'))).rejects.toThrow('escape')
})
