import { cached, keep, kept } from '@sanwei/web/cache'
import { graph, Offline } from '@sanwei/web/graph'
import type { Question } from '@sanwei/web/ui'
import { type ComputedRef, computed, onMounted, type Ref, ref, shallowRef, watch } from 'vue'
import {
  FilingRulesDocument,
  MattersDocument,
  type MattersQuery,
  type RuleFragment,
  UnitsDocument,
  type UnitsQuery,
} from '../../gql/graphql'

export interface Option {
  value: string
  label: string
}

export type MatterHit = MattersQuery['matters'][number]

/** All units as options of a select, without the one the case comes from. */
export function useUnits(except: () => string | undefined = () => undefined): ComputedRef<Option[]> {
  const units = shallowRef<UnitsQuery['units']>([])
  onMounted(() =>
    cached(
      'units',
      () => graph(UnitsDocument),
      (data) => {
        units.value = data.units
      },
    ),
  )
  return computed(() =>
    units.value.filter(({ id }) => id !== except()).map(({ id, name }) => ({ value: id, label: name })),
  )
}

/** The filing rules of a matter, in the edition the case chooses from; empty until a matter is chosen. */
export function useRules(matterCode: () => string | undefined, chosenFrom: string): Readonly<Ref<RuleFragment[]>> {
  const rules = shallowRef<RuleFragment[]>([])
  watch(
    matterCode,
    async (code) => {
      rules.value = []
      if (!code) return
      const found = (await graph(FilingRulesDocument, { matterCode: code, chosenFrom })).filingRules
      if (code === matterCode()) rules.value = found
    },
    { immediate: true },
  )
  return rules
}

const PAUSE_MS = 200
const MOST = 100
const KEEP_AS = 'matters'

/** The first hundred matters are kept on the device: without network they are what can be searched. */
async function find(search: string, chosenFrom = ''): Promise<MatterHit[]> {
  try {
    const { matters } = await graph(MattersDocument, { search, first: search ? 20 : MOST, chosenFrom })
    if (!search && !chosenFrom) await keep(KEEP_AS, matters)
    return matters
  } catch (failure) {
    if (!(failure instanceof Offline)) throw failure
    const known = (await kept<MatterHit[]>(KEEP_AS))?.data ?? []
    return known.filter(({ code, name }) => name.includes(search) || code.startsWith(search))
  }
}

const STALE_MS = 12 * 60 * 60 * 1000

/** Keeps the matters on the device, anew when they are half a day old. */
export async function takeMattersAlong(): Promise<void> {
  const old = await kept(KEEP_AS)
  if (!old || Date.now() - Date.parse(old.at) > STALE_MS) await find('')
}

/** What whoever reports this matter is asked; as kept on the device until the server has said. */
export function useQuestions(code: () => string | null): Readonly<Ref<readonly Question[]>> {
  const questions = shallowRef<readonly Question[]>([])
  watch(
    code,
    async (now) => {
      questions.value = []
      if (!now) return
      const give = (hits: readonly MatterHit[]): void => {
        const hit = hits.find((one) => one.code === now)
        if (hit && now === code()) questions.value = hit.questions
      }
      give((await kept<MatterHit[]>(KEEP_AS))?.data ?? [])
      give(await find(now).catch(() => []))
    },
    { immediate: true },
  )
  return questions
}

/** Matters by name, code or keyword, asked while typing; of the edition `chosenFrom`, or of the one that holds. */
export function useMatters(chosenFrom = ''): { text: Ref<string>; found: Readonly<Ref<MatterHit[]>> } {
  const text = ref('')
  const found = shallowRef<MatterHit[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  async function ask(search: string): Promise<void> {
    const matters = await find(search, chosenFrom).catch(() => [])
    if (search === text.value.trim()) found.value = matters
  }
  watch(
    text,
    (typed) => {
      clearTimeout(timer)
      timer = setTimeout(() => void ask(typed.trim()), typed ? PAUSE_MS : 0)
    },
    { immediate: true },
  )
  return { text, found }
}
