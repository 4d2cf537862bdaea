import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const NAMES = { citizen: '三位 · 市民端', officer: '三位 · 工作端', leader: '三位 · 领导端' }
const ICONS = [
  { file: 'any', size: 192, purpose: 'any' },
  { file: 'any', size: 512, purpose: 'any' },
  { file: 'maskable', size: 192, purpose: 'maskable' },
  { file: 'maskable', size: 512, purpose: 'maskable' },
]

/** The web app manifest and its icons, so that the app can be put on the home screen. */
export function manifest(app: keyof typeof NAMES): Plugin {
  const icon = (name: string): Uint8Array => readFileSync(new URL(`../icons/png/${app}-${name}.png`, import.meta.url))
  return {
    name: 'sanwei:manifest',
    apply: 'build',
    generateBundle() {
      const icons = ICONS.map(({ file, size, purpose }) => {
        const fileName = `icons/${file}-${size}.png`
        this.emitFile({ type: 'asset', fileName, source: icon(`${file}-${size}`) })
        return { src: fileName, sizes: `${size}x${size}`, type: 'image/png', purpose }
      })
      this.emitFile({ type: 'asset', fileName: 'icons/touch-180.png', source: icon('touch-180') })
      const source = JSON.stringify({
        name: NAMES[app],
        short_name: NAMES[app],
        lang: 'zh-CN',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#F5F6F4',
        theme_color: '#F5F6F4',
        icons,
      })
      this.emitFile({ type: 'asset', fileName: 'manifest.webmanifest', source })
    },
  }
}
