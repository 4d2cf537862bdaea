import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin, type UserConfig } from 'vite'
import { trustedDocuments } from './documents.ts'
import { sprite } from './icons/plugin.ts'
import { manifest } from './sw/manifest.ts'
import { serviceWorker } from './sw/plugin.ts'

export type AppName = 'citizen' | 'officer' | 'leader'

/** What at least so many pages share comes in one file too: six small files at a time each cost a slow line a round trip. */
const COMMON: Record<AppName, number> = { citizen: 4, officer: 9, leader: 4 }

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Where the server finds what was built. */
const BUILT = 'server/web/static'

/** What every page needs comes in one file: on a slow network each further request costs a round trip. */
const inKit = (id: string): boolean => {
  const path = id.replaceAll('\\', '/')
  if (/\/shared\/web\//.test(path))
    return !/district-map|LoginPage|OutboxList|BlurSheet|VoiceNote|\/blur\.ts|\/voice\.ts|\/icons\/|\/(en|zh-Hant)\.json$/.test(
      path,
    )
  return /\/node_modules\/(@vue|vue|vue-router|idb)\//.test(path)
}

/** Words that only staff are shown (tests/contract/test_words.py): no resident waits for them. */
const STAFF_WORDS =
  /^(action|board|card|confidence|contact|decline|desk|edition|export|figure|hot|lane|lock|outboxList|pending|ranking|reports|revision|took|visit|weekday|verb\.edition|verb\.handover|verb\.knowledge|verb\.patrol|verb\.post|verb\.roll_call|verb\.routing|verb\.visit|notice\.patrol|notice\.post|notice\.roll_call)\./

const withoutStaffWords = (): Plugin => ({
  name: 'sanwei:words',
  enforce: 'pre',
  transform(text, id) {
    if (!/\/shared\/(web\/)?i18n\/[\w-]+\.json$/.test(id.replaceAll('\\', '/'))) return
    const words = Object.entries(JSON.parse(text) as Record<string, string>)
    return { code: JSON.stringify(Object.fromEntries(words.filter(([key]) => !STAFF_WORDS.test(key)))), map: null }
  },
})

/** The build of one app: served under /<name>/, written where the server finds it. */
export function client(name: AppName): UserConfig {
  const server = process.env.SANWEI_URL ?? 'http://127.0.0.1:8000'
  return defineConfig({
    root: root(`clients/${name}`),
    base: `/${name}/`,
    plugins: [
      vue(),
      ...(name === 'citizen' ? [withoutStaffWords()] : []),
      sprite(),
      manifest(name),
      serviceWorker({ map: name === 'officer' }),
      trustedDocuments(root(`${BUILT}/documents/${name}.json`)),
    ],
    define: {
      'import.meta.env.APP': JSON.stringify(name),
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
    },
    build: {
      outDir: root(`${BUILT}/${name}`),
      emptyOutDir: true,
      manifest: true, // what each route loads, for its budget
      target: ['chrome87', 'ios15.4'],
      assetsInlineLimit: 0, // the content policy allows no data: addresses
      modulePreload: { polyfill: false },
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [
              { name: 'kit', tags: ['$initial'], test: inKit, priority: 2 },
              { name: 'app', tags: ['$initial'], priority: 1 },
              { name: 'common', minShareCount: COMMON[name], test: /\/src\/|\/shared\/web\// },
            ],
          },
        },
      },
    },
    server: {
      proxy: {
        '^/(auth|files|map|setup|config\\.json)': server,
        '/graphql': { target: server, ws: true },
      },
    },
  })
}
