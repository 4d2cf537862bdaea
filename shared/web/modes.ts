import { reactive, ref, watch } from 'vue'
import { recall, remember } from './remember.ts'

export const SIZES = [1, 1.25, 1.5, 1.875] as const

/** From here on bars are too tall to stay on a small screen. */
const TALL = 1.5

export interface Modes {
  elder: boolean
  glare: boolean
  theme: 'system' | 'light' | 'dark'
  size: (typeof SIZES)[number]
  hand: 'left' | 'right'
  /** Which Chinese reads pages aloud. */
  voice: 'zh-CN' | 'zh-HK'
}

/** How large the person has set letters in this system, against the usual 16 px. Only asked at the first visit. */
function systemScale(): number {
  const probe = document.createElement('span')
  probe.style.cssText = 'position:absolute;visibility:hidden;font-size:medium;inline-size:1em'
  document.documentElement.append(probe)
  const scale = Number.parseFloat(getComputedStyle(probe).fontSize) / 16
  probe.remove()
  return scale || 1
}

const saved = recall('modes')
/** From here on 长辈版 is offered at the first visit (ux 3.6). */
const LARGE = 1.3
const scale = saved ? 1 : systemScale()

/** True at the first visit of somebody whose system shows large letters: 长辈版 may suit him. */
export const wantsLarge = ref(scale >= LARGE)

const PAPER = { light: '#F5F6F4', dark: '#0E1413' }

/** How this person reads: kept on the device and applied to `<html>` before the first paint of the app. */
export const modes: Modes = reactive({
  elder: false,
  glare: false,
  theme: 'system',
  size: [...SIZES].reverse().find((size) => size <= scale) ?? 1,
  hand: 'right',
  voice: 'zh-CN',
  ...(JSON.parse(saved ?? '{}') as Partial<Modes>),
})

watch(
  modes,
  () => {
    remember('modes', JSON.stringify(modes))
    const { dataset, style } = document.documentElement
    set(dataset, 'mode', modes.elder ? 'elder' : modes.glare ? 'glare' : undefined)
    set(dataset, 'theme', modes.theme === 'system' ? undefined : modes.theme)
    set(dataset, 'letters', modes.size >= TALL ? 'large' : undefined)
    set(dataset, 'hand', modes.hand === 'left' ? 'left' : undefined)
    if (modes.size > 1) style.setProperty('--fs', String(modes.elder ? Math.max(modes.size, 1.25) : modes.size))
    else style.removeProperty('--fs')
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
      const own = meta.media.includes('dark') ? 'dark' : 'light'
      meta.content = PAPER[modes.theme === 'system' ? own : modes.theme]
    }
  },
  { immediate: true, flush: 'sync' },
)

function set(dataset: DOMStringMap, name: string, value: string | undefined): void {
  if (value === undefined) delete dataset[name]
  else dataset[name] = value
}
