import { readonly, ref } from 'vue'
import { modes } from './modes.ts'

export interface Toast {
  /** Counts the messages: the same words said again are news. */
  n: number
  text: string
  undo: (() => unknown) | undefined
}

const UNDO_MS = 10_000
const ANNOUNCE_MS = 5_000

const shown = ref<Toast | null>(null)
const said = ref('')
let n = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** The message on the screen now, if any. */
export const currentToast = readonly(shown)

/** What assistive technology is told politely. */
export const announcement = readonly(said)

/** Shows a message for 10 s, with 撤销 while the act can be taken back. In 长辈版 it stays until 知道了. */
export function toast(text: string, { undo }: { undo?: () => unknown } = {}): void {
  clearTimeout(timer)
  shown.value = { n: ++n, text, undo }
  timer = setTimeout(() => {
    if (modes.elder) shown.value = { n, text, undo: undefined }
    else dismiss()
  }, UNDO_MS)
}

export function dismiss(): void {
  clearTimeout(timer)
  shown.value = null
}

let lastSaid = 0
let waiting: ReturnType<typeof setTimeout> | undefined

/** Announces one sentence; of several within 5 s only the last is spoken. */
export function announce(text: string): void {
  clearTimeout(waiting)
  const pause = Math.max(0, lastSaid + ANNOUNCE_MS - Date.now())
  waiting = setTimeout(() => {
    lastSaid = Date.now()
    said.value = text
  }, pause)
}
