import { currentToast } from '@sanwei/web/toast'
import { nextTick, onMounted, watch } from 'vue'
import { useRoute } from 'vue-router'
import { wide } from './wide'

const BARS = '.nav, .actions'

/** How much of the window's foot is taken by bars, in pixels. */
function footHeight(): number {
  const tops = [...document.querySelectorAll(BARS)].map((bar) => bar.getBoundingClientRect().top)
  return Math.max(0, innerHeight - Math.min(innerHeight, ...tops))
}

/** Tells the style sheet how high the navigation is: it grows with the text. */
function watchNav(): void {
  const root = document.documentElement.style
  const sizes = new ResizeObserver(([nav]) => {
    if (nav) root.setProperty('--nav-now', `${nav.target.getBoundingClientRect().height}px`)
  })
  let nav: Element | null = null
  new MutationObserver(() => {
    const found = document.querySelector('.nav')
    if (found === nav) return
    sizes.disconnect()
    nav = found
    if (nav) sizes.observe(nav)
  }).observe(document.body, { childList: true, subtree: true })
}

/** Keeps messages above the bars at the foot of the page: no button is ever covered. */
export function useLift(): void {
  const route = useRoute()
  onMounted(watchNav)
  watch(
    () => [currentToast.value, route.fullPath, wide.value],
    async () => {
      if (!currentToast.value) return
      await nextTick()
      document.documentElement.style.setProperty('--lift', `${wide.value ? 0 : footHeight()}px`)
    },
  )
}
