import { type Ref, readonly, ref } from 'vue'

const query = matchMedia('(min-width: 1024px)')
const matches = ref(query.matches)
query.addEventListener('change', () => {
  matches.value = query.matches
})

/** True where rail, list, detail and context fit side by side. */
export const wide: Readonly<Ref<boolean>> = readonly(matches)
