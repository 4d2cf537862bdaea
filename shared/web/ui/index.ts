declare module 'vue' {
  // data-* attributes are free for everyone
  interface HTMLAttributes {
    [name: `data-${string}`]: unknown
  }
}

export { default as AppShell } from './AppShell.vue'
export { default as ConnChip } from './ConnChip.vue'
export { default as ErrorSummary } from './ErrorSummary.vue'
export { default as Field } from './Field.vue'
export { default as Icon } from './Icon.vue'
export type { NavItem } from './MainNav.vue'
export { default as Page } from './Page.vue'
export { default as Shape } from './Shape.vue'
